import { CountryCallingCode, joinPhone, normalizePhone } from '@forecourt/contracts/phone'
import { z } from 'zod'
import { PhoneDigits, type TypedPhone } from '../phone-proof/phone-proof.ts'

/** Without a country code the phone is Indian, unless it begins with one or is of the UAE. */
export const AskToSignIn = z
  .object({
    phone: PhoneDigits,
    country_code: CountryCallingCode.nullish().meta({
      description: 'Country code with +; without it the phone is Indian, or plainly of the UAE.',
      examples: ['+91'],
    }),
  })
  .transform(({ phone: typed, country_code: countryCode = null }, context): TypedPhone => {
    const phone = countryCode === null ? readAlone(typed) : joinPhone(typed, countryCode)
    if (phone !== null) return { typed, countryCode, phone }
    const message = 'Phone number must have at most 20 characters, country code included'
    context.issues.push({ code: 'custom', path: ['phone'], input: typed, message })
    return z.NEVER
  })

function readAlone(typed: string): string | null {
  return normalizePhone(typed) ?? joinPhone(typed, '+91')
}
