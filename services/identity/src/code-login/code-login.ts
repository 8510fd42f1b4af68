import { CountryCallingCode } from '@forecourt/contracts/phone'
import { z } from 'zod'
import { PhoneDigits, readPhone } from '../phone-proof/phone-proof.ts'

/** Without a country code the phone is read as Indian, unless it begins with one. */
export const AskToSignIn = z
  .object({
    phone: PhoneDigits,
    country_code: CountryCallingCode.nullish().meta({
      description: 'Country code with +; without it the phone is read as Indian.',
      examples: ['+91'],
    }),
  })
  .transform(readPhone)
