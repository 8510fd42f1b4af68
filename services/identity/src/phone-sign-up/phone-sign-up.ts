import { CountryCallingCode } from '@forecourt/contracts/phone'
import { z } from 'zod'
import { PhoneDigits, readPhone } from '../phone-proof/phone-proof.ts'

/** The whole form of somebody who wants an account: a phone. */
export const AskByPhone = z
  .object({
    phone: PhoneDigits,
    country_code: CountryCallingCode.meta({
      description: 'Country code with +.',
      examples: ['+91'],
    }),
  })
  .transform(readPhone)

/** Somebody who works here is registered by e-mail and role; whatever else is a phone. */
export function isOfStaff(body: Record<string, unknown>): boolean {
  return 'email' in body && 'role' in body
}
