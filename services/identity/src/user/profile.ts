import { Email } from '@forecourt/contracts/email'
import { FileAddress } from '@forecourt/contracts/file-address'
import { CountryCallingCode, joinPhone, normalizePhone } from '@forecourt/contracts/phone'
import { typedText, unlessBlank } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { AwaitedContact, type NewContact } from './contact-change.ts'
import { TypedPassword } from './password.ts'
import { joinName, splitName, User, type Person, type UserRow } from './user.ts'

/** What a person is called and says beyond the account; all of it is ciphertext. */
export const ProfileRow = z.object({
  id: z.uuid(),
  username: z.string().nullable(),
  usernameIndex: z.string().nullable(),
  canonical: z.string().nullable(),
  canonicalIndex: z.string().nullable(),
  gender: z.string().nullable(),
  dob: z.string().nullable(),
})
export type ProfileRow = z.infer<typeof ProfileRow>

export const UsernameCounterRow = z.object({ baseIndex: z.string(), last: z.number().int() })

/** The account as its own person sees it, in the names of the phone-only flow too. */
export const Profile = User.extend({
  name: z.string().describe('The full name.'),
  username: z.string().nullable().describe('Made of the phone, where that was all that was given.'),
  canonical: z.string().nullable().describe('Like the user name, and never given twice.'),
  phone_validate: z.boolean().describe('Whether the phone was proved.'),
  gender: z.string().nullable().describe('As the person said it.'),
  dob: z.string().nullable().describe('Date of birth, YYYY-MM-DD.'),
  profile_image: z.string().nullable().describe('Where the picture is.'),
  awaits: AwaitedContact.optional().describe('A new contact counts once its code is brought.'),
}).meta({ id: 'Profile' })
export type Profile = z.infer<typeof Profile>

const Name = (label: string) => typedText(label).trim().min(1, `${label} is required`).max(100)

/**
 * What people say of themselves, in either spelling; absent means unchanged, null cleared. Forms
 * send empty what their person did not say, and nobody loses a contact or a picture by that.
 */
export const ChangeProfile = z
  .object({
    name: Name('Name'),
    fullName: Name('Name').describe('The same as `name`.'),
    firstName: Name('First name'),
    lastName: z.string().trim().max(100),
    first_name: Name('First name'),
    last_name: unlessBlank(Name('Last name').optional()),
    email: unlessBlank(Email.nullish()),
    phone: unlessBlank(
      typedText('Phone number').trim().min(1, 'Phone number is required').nullish(),
    ),
    country_code: unlessBlank(CountryCallingCode.nullish()),
    gender: unlessBlank(z.string().trim().min(1).max(20).nullish()).describe(
      'In the person’s own word.',
    ),
    dob: unlessBlank(
      z.iso
        .date('Must be a day such as 1990-01-31')
        .refine((day) => day >= '1900-01-01', 'Must be after 1900')
        .nullish(),
    ).describe('Date of birth, YYYY-MM-DD.'),
    currentPassword: unlessBlank(TypedPassword.optional()).describe(
      'Where an e-mail address is to be removed.',
    ),
    profile_image: unlessBlank(FileAddress.nullish()).describe(
      'An uploaded file: its id, or its address.',
    ),
  })
  .partial()
  .transform(({ first_name, last_name, country_code, profile_image, ...said }, context) => {
    const phone = readPhone(said.phone, country_code)
    if (phone === 'faulty') {
      const message = 'Phone number must have 8 to 15 digits, country code included'
      context.issues.push({ code: 'custom', path: ['phone'], input: said.phone, message })
      return z.NEVER
    }
    return {
      ...said,
      phone,
      firstName: said.firstName ?? first_name,
      lastName: said.lastName ?? last_name,
      profileImageId: profile_image,
    }
  })
export type ChangeProfile = z.infer<typeof ChangeProfile>

/** Left out and null stay what they are. */
function readPhone(typed: string | null | undefined, countryCode: string | null | undefined) {
  if (typed === null || typed === undefined) return typed
  return (countryCode ? joinPhone(typed, countryCode) : normalizePhone(typed)) ?? 'faulty'
}

interface NameChange {
  name?: string | undefined
  fullName?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
}

/** The name after a change of it, or of one of its parts. */
export function changedName({ fullName: before }: Person, said: NameChange): string {
  // A form that sends back all that it was shown has changed what differs.
  const whole = [said.name, said.fullName].find((name) => name !== undefined && name !== before)
  if (whole !== undefined) return whole
  const known = splitName(before)
  return joinName(said.firstName ?? known.firstName, said.lastName ?? known.lastName)
}

/** What an account has to be reached by, and which of it was proved. */
export type Reachable = Person & Pick<UserRow, 'emailProvedAt' | 'phoneProvedAt'>

/** The contact that a code is to prove; undefined when the change asks for none. */
export function newContactIn(known: Reachable, said: ChangeProfile): NewContact | undefined {
  const { email, phone } = said
  if (email && email !== known.email) return { kind: 'email', contact: email }
  if (phone && phone !== known.phone) return { kind: 'phone', contact: phone }
  return unprovedAlone(known, said)
}

/**
 * A contact that the account has and never proved, where the body names it and nothing else: a form
 * that sends back all that it was shown asks for no code.
 */
function unprovedAlone(
  { emailProvedAt, phoneProvedAt }: Reachable,
  { email, phone, ...others }: ChangeProfile,
): NewContact | undefined {
  if (Object.values(others).some((value) => value !== undefined)) return undefined
  if (email && phone === undefined && emailProvedAt === null) {
    return { kind: 'email', contact: email }
  }
  if (phone && email === undefined && phoneProvedAt === null) {
    return { kind: 'phone', contact: phone }
  }
  return undefined
}

/** What is wrong with the contacts of a change, by field; undefined when nothing is. */
export function faultOfContacts(
  known: Reachable,
  { email, phone }: ChangeProfile,
): [field: string, message: string] | undefined {
  if (phone === null && known.phone !== null) {
    return ['phone', 'A phone number can be replaced, and not removed']
  }
  // A phone that was only typed is its owner's to take, and must not be all that is left.
  if (email === null && known.email !== null && known.phoneProvedAt === null) {
    return ['email', 'An account needs an e-mail address or a phone number that was proved']
  }
  if (email && email !== known.email && phone && phone !== known.phone) {
    return ['phone', 'Change either the e-mail address or the phone number, one after the other']
  }
  return undefined
}
