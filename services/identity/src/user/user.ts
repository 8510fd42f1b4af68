import { Email } from '@forecourt/contracts/email'
import type { ErrorReason } from '@forecourt/contracts/errors'
import { PhoneOfAccount } from '@forecourt/contracts/phone'
import { orNothing } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { TypedPassword } from './password.ts'

/**
 * The words that the front end of the garages knows. Whoever is not proved yet is a registration
 * and no account, so that no account is in the first two.
 */
export const UserStatus = z.enum([
  'pending_verification',
  'verified',
  'active',
  'suspended',
  'rejected',
])

/** An account: somebody who can sign in. E-mail, phone and name are ciphertext. */
export const UserRow = z.object({
  id: z.uuid(),
  email: z.string().nullable(),
  emailIndex: z.string().nullable(),
  phone: z.string().nullable(),
  phoneIndex: z.string().nullable(),
  fullName: z.string(),
  passwordHash: z.string().nullable(),
  role: z.string(),
  status: UserStatus,
  /** Where the person works, the main center first. */
  serviceCenterIds: z.array(z.uuid()),
  /** Keyed digests of how the words of the name begin. */
  nameIndex: z.array(z.string()),
  /** The file of the person's picture; customer-vehicle keeps it. */
  profileImageId: z.uuid().nullable(),
  /** The file of a garage owner's Emirates ID, where it was uploaded here. */
  emiratesIdFileId: z.uuid().nullable(),
  lastLoginAt: z.string().nullable(),
  /** When the contact was shown to be its owner's; until then another proof takes it away. */
  emailProvedAt: z.string().nullable(),
  phoneProvedAt: z.string().nullable(),
  mfaEnabled: z.boolean(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type UserRow = z.infer<typeof UserRow>

export const LoginFailureRow = z.object({
  subject: z.string(),
  failures: z.number().int(),
  failedAt: z.string(),
  lockedUntil: z.string().nullable(),
})

/** The account with what its role allows. */
export interface UserAndReach extends UserRow {
  permissions: string[]
}

export const User = UserRow.pick({
  id: true,
  role: true,
  status: true,
  version: true,
  createdAt: true,
  updatedAt: true,
})
  .extend({
    email: z.string().nullable(),
    phone: z.string().nullable().meta({ description: 'E.164' }),
    fullName: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    isActive: z.boolean(),
    /** The main center; null for administrators. */
    serviceCenterId: z.uuid().nullable(),
    serviceCenterIds: z.array(z.uuid()),
    permissions: z.array(z.string()),
    lastLogin: z.string().nullable(),
    mfaEnabled: z.boolean().meta({ description: 'Whether a second factor is asked for.' }),
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

/** One of an e-mail address and a phone; a form may send the other one empty, or as null. */
export const oneContact = {
  email: orNothing(Email).transform((email) => email ?? undefined),
  /** Every phone that was meant. */
  phone: orNothing(PhoneOfAccount).transform((phones) => phones ?? undefined),
}

/** What a person types to sign in. */
export const Credentials = z
  .object({ ...oneContact, password: TypedPassword })
  .refine(({ email, phone }) => (email === undefined) !== (phone === undefined), {
    path: ['email'],
    message: 'Give either the e-mail address or the phone number',
  })
export type Credentials = z.infer<typeof Credentials>

/** The personal values of an account, in clear. */
export interface Person {
  email: string | null
  phone: string | null
  fullName: string
}

/** The account as its answers show it; hashes stay behind, for the audit's sake too. */
export function userOf(row: UserAndReach, person: Person): User {
  const { id, role, status, version, createdAt, updatedAt, serviceCenterIds, permissions } = row
  return {
    ...{
      id,
      ...person,
      ...splitName(person.fullName),
      role,
      status,
      version,
      createdAt,
      updatedAt,
    },
    isActive: status === 'active',
    serviceCenterId: serviceCenterIds[0] ?? null,
    serviceCenterIds,
    permissions,
    lastLogin: row.lastLoginAt,
    mfaEnabled: row.mfaEnabled,
  }
}

/** Why this account gets no tokens now, whatever it has proved; undefined when it does. */
export function refusalOf({ status }: Pick<UserRow, 'status'>): ErrorReason | undefined {
  return status === 'active' ? undefined : 'account_not_active'
}

/** What of the second factor an account owes before it gets tokens; undefined when nothing. */
export function owedFactor(
  { mfaEnabled, role }: Pick<UserRow, 'mfaEnabled' | 'role'>,
  secondFactor: 'proved' | 'unproved',
  rolesThatNeedIt: readonly string[],
): 'code' | 'enrollment' | undefined {
  if (!mfaEnabled) return rolesThatNeedIt.includes(role) ? 'enrollment' : undefined
  return secondFactor === 'unproved' ? 'code' : undefined
}

/** A name as it is kept, in one. */
export function joinName(firstName: string, lastName: string): string {
  return `${firstName} ${lastName}`.trim()
}

/** The first word is the first name; all others are the last name. */
export function splitName(fullName: string): { firstName: string; lastName: string } {
  const [firstName = '', ...others] = fullName.split(' ')
  return { firstName, lastName: others.join(' ') }
}

const SHORTEST = 2
const LONGEST = 20

/** The words of a name or of a search, as they are compared. */
export function nameWords(name: string): string[] {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word.length >= SHORTEST)
    .map((word) => word.slice(0, LONGEST))
}

/** How each word of a name begins, from two letters on: what a search for the name may bring. */
export function nameBeginnings(name: string): string[] {
  const beginnings = nameWords(name).flatMap((word) =>
    Array.from({ length: word.length - SHORTEST + 1 }, (_, more) => word.slice(0, SHORTEST + more)),
  )
  return [...new Set(beginnings)]
}
