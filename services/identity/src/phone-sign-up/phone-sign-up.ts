import { CountryCallingCode, joinPhone } from '@forecourt/contracts/phone'
import { z } from 'zod'
import { PhoneDigits, type TypedPhone } from '../phone-proof/phone-proof.ts'

/** The whole form of somebody who wants an account: a phone. */
export const AskByPhone = z
  .object({
    phone: PhoneDigits,
    country_code: CountryCallingCode.meta({
      description: 'Country code with +.',
      examples: ['+91'],
    }),
  })
  .transform(({ phone: typed, country_code: countryCode }, context): TypedPhone => {
    const phone = joinPhone(typed, countryCode)
    if (phone !== null) return { typed, countryCode, phone }
    const message = 'Phone number must have at most 20 characters, country code included'
    context.issues.push({ code: 'custom', path: ['phone'], input: typed, message })
    return z.NEVER
  })

/** Somebody who works here is registered by e-mail and role; whatever else is a phone. */
export function isOfStaff(body: Record<string, unknown>): boolean {
  return 'email' in body && 'role' in body
}
