import { CountryCallingCode } from '@forecourt/contracts/phone'
import { z } from 'zod'
import { PhoneDigits, readPhone } from '../phone-proof/phone-proof.ts'

/** Without a country code the phone is Indian, unless it begins with one or is of the UAE. */
export const AskToSignIn = z
  .object({
    phone: PhoneDigits,
    country_code: CountryCallingCode.nullish().meta({
      description: 'Country code with +; without it the phone is Indian, or plainly of the UAE.',
      examples: ['+91'],
    }),
  })
  .transform(readPhone)
