import { z } from 'zod'
import { TypedOtp } from '../phone-proof/phone-proof.ts'

/** A new e-mail address or phone of an account, sealed, until its code has come back. */
export const ContactChangeRow = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  kind: z.enum(['email', 'phone']),
  contact: z.string(),
  askedAt: z.string(),
})
export type ContactChangeRow = z.infer<typeof ContactChangeRow>

export const contactCode = {
  purpose: 'contact-change',
  length: 6,
  lifeS: 600,
  tries: 3,
}

export const ProveContact = z.object({
  otp: TypedOtp.describe('The code that was sent to the new e-mail address or phone.'),
})

/** What an answer says of a change that waits. */
export const AwaitedContact = z
  .object({
    field: z.enum(['email', 'phone']).describe('What is to change.'),
    expires_in_minutes: z.number().int().describe('How long its code lives.'),
    otp_for_testing: z.string().optional().describe('The code, on a developer’s machine only.'),
  })
  .meta({ id: 'AwaitedContact' })
export type AwaitedContact = z.infer<typeof AwaitedContact>

/** One change, in clear. */
export interface NewContact {
  kind: ContactChangeRow['kind']
  contact: string
}
