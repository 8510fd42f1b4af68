import { Email } from '@forecourt/contracts/email'
import { Phone } from '@forecourt/contracts/phone'
import { typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { joinName, splitName, type Person } from './user.ts'

const Name = (label: string) => typedText(label).trim().min(1, `${label} is required`).max(100)

/** What people say of themselves, in either spelling; absent means unchanged. */
export const ChangeProfile = z
  .object({
    firstName: Name('First name'),
    lastName: Name('Last name'),
    first_name: Name('First name'),
    last_name: Name('Last name'),
    email: Email,
    phone: Phone,
  })
  .partial()
  .transform(({ first_name, last_name, ...said }) => ({
    ...said,
    firstName: said.firstName ?? first_name,
    lastName: said.lastName ?? last_name,
  }))
export type ChangeProfile = z.infer<typeof ChangeProfile>

/** The name after a change of one of its parts. */
export function changedName(
  { fullName }: Person,
  { firstName, lastName }: { firstName?: string | undefined; lastName?: string | undefined },
): string {
  const known = splitName(fullName)
  return joinName(firstName ?? known.firstName, lastName ?? known.lastName)
}

/** What is changed only with a code sent to it, by field; undefined when nothing such is asked. */
export function unprovedContact(
  known: Person,
  { email, phone }: ChangeProfile,
): [field: string, message: string] | undefined {
  if (email !== undefined && email !== known.email) {
    return ['email', 'An e-mail address changes only with a code sent to it']
  }
  if (phone !== undefined && phone !== known.phone) {
    return ['phone', 'A phone number changes only with a code sent to it']
  }
  return undefined
}
