import { randomUUIDv7 } from 'node:crypto'
import { ContactReplaced, UserChanged } from '@forecourt/contracts/identity-events'
import { isRoleOfStaff } from '@forecourt/contracts/roles'
import type { Budget } from '@forecourt/platform/limit'
import type { Me } from '@forecourt/platform/me'
import { seal } from '@forecourt/platform/personal'
import { problem } from '@forecourt/platform/problem'
import { changeRow } from '@forecourt/platform/row'
import type { Here } from '../db.ts'
import { endSessionsOf } from '../session/ending.queries.ts'
import { openedPerson, stateOf } from './user.queries.ts'
import type { UserRow } from './user.ts'

/** What a code has shown to be somebody's own. */
export type ProvedBy = 'email' | 'phone'

type Taking = Pick<Here, 'db' | 'personal' | 'emit' | 'lifetimes'>

/** The normal forms of what somebody would sign in by. */
export interface Contacts {
  email?: string
  phone?: string
}

export const contactColumns = {
  email: { index: 'emailIndex', provedAt: 'emailProvedAt' },
  phone: { index: 'phoneIndex', provedAt: 'phoneProvedAt' },
} as const

export const contactKinds = ['email', 'phone'] as const

/**
 * Whoever holds a stolen token does not change how an account is reached behind its owner's back:
 * each contact that it had proved before is told.
 */
export function tellContacts(
  { personal, emit, otp }: Pick<Here, 'personal' | 'emit' | 'otp'>,
  before: UserRow,
): void {
  const known = openedPerson(personal, before)
  for (const kind of contactKinds) {
    const contact = known[kind]
    if (contact === null || before[contactColumns[kind].provedAt] === null) continue
    const changeId = randomUUIDv7()
    const place = `contact-replaced|destination|${changeId}`
    const destination = seal(otp.transportKeys, contact, place)
    const channel = kind === 'email' ? 'email' : 'sms'
    emit(ContactReplaced, 1, { changeId, accountId: before.id, channel, destination })
  }
}

/**
 * Throws `account_exists` when an account has proved one of the contacts, or has one that the
 * person does not prove either: whoever came first keeps that.
 */
export async function refuseTaken(
  { db, personal }: Pick<Taking, 'db' | 'personal'>,
  contacts: Contacts,
  proves: readonly ProvedBy[],
): Promise<void> {
  const named = entriesOf(contacts)
  if (named.length === 0) return
  const taken = await db
    .selectFrom('user')
    .select('id')
    .where((eb) =>
      eb.or(
        named.map(([proof, contact]) => {
          const { index, provedAt } = contactColumns[proof]
          const isTheirs = eb(index, '=', personal.blindIndex(proof, contact))
          return proves.includes(proof) ? isTheirs.and(provedAt, 'is not', null) : isTheirs
        }),
      ),
    )
    .executeTakeFirst()
  if (taken) throw problem('account_exists')
}

/**
 * Takes what somebody has just proved from the account that has it and never proved it. An account
 * that is left with nothing to sign in by is nobody's: its sessions end. `ownId` is the account
 * that the proof is for, where it is open already.
 */
export async function takeUnproved(
  context: Taking,
  contacts: Contacts,
  ownId?: string,
): Promise<void> {
  const { db, personal, emit } = context
  for (const [proof, contact] of entriesOf(contacts)) {
    const { index, provedAt } = contactColumns[proof]
    const holder = await db
      .selectFrom('user')
      .selectAll()
      .where(index, '=', personal.blindIndex(proof, contact))
      .where(provedAt, 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (!holder || holder.id === ownId) continue
    const nothing = { [proof]: null, [index]: null }
    const left = await changeRow<UserRow>(context, 'user', holder, nothing)
    emit(UserChanged, left.version, stateOf(left))
    if (left.email === null && left.phone === null) {
      await endSessionsOf(context, left.id, { endedBy: 'revocation' })
    }
  }
}

/** Only the database sees whose e-mail or phone it is, and whether two come at once. */
export function contactTaken(error: unknown): never {
  const isTaken = error instanceof Error && 'code' in error && error.code === '23505'
  throw isTaken ? problem('account_exists', {}, error) : error
}

interface Naming {
  /** The account that is to have the contacts. */
  of: string
  named: { email?: string | null | undefined; phone?: string | null | undefined }
}

/**
 * Whether a contact can be had tells who has an account, so that asking has a price, which is the
 * caller's. What the account has already costs nothing: forms send it back with every change.
 */
export async function namingBudgets(
  { db, personal, me }: Pick<Taking, 'db' | 'personal'> & { me: Me },
  { of: id, named: { email, phone } }: Naming,
): Promise<Budget[]> {
  const named = entriesOf({ ...(email && { email }), ...(phone && { phone }) })
  if (named.length === 0) return []
  const known = await db
    .selectFrom('user')
    .select(['emailIndex', 'phoneIndex'])
    .where('id', '=', id)
    .executeTakeFirst()
  const isKnown = named.every(
    ([proof, contact]) =>
      known?.[contactColumns[proof].index] === personal.blindIndex(proof, contact),
  )
  const count = namingCount(me)
  return isKnown ? [] : [{ key: `contact.name:user:${me.userId}`, count, perS: 900 }]
}

/** How many contacts somebody may name in a quarter of an hour; people without our trust few. */
export function namingCount({ roles }: Pick<Me, 'roles'>): number {
  return roles.every(isRoleOfStaff) ? 60 : 5
}

function entriesOf(contacts: Contacts): [ProvedBy, string][] {
  return Object.entries(contacts).filter(([, contact]) => contact !== undefined) as [
    ProvedBy,
    string,
  ][]
}
