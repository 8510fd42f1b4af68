import { randomUUIDv7 } from 'node:crypto'
import { UserChanged } from '@forecourt/contracts/identity-events'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { sql } from 'kysely'
import type { Here } from '../db.ts'
import { endSessionsOf } from '../session/ending.queries.ts'
import { contactCode, type ContactChangeRow, type NewContact } from './contact-change.ts'
import { contactTaken, refuseTaken, takeUnproved, tellContacts } from './contact.queries.ts'
import { openedPerson, sealedPerson, stateOf, tellingUser } from './user.queries.ts'
import type { UserRow } from './user.ts'

/**
 * Keeps a new contact of a locked account, in the place of an older one that still waits. Answers
 * what is to be sent there. Throws `account_exists` when it is another's.
 */
export async function keepContact(context: Here, userId: string, { kind, contact }: NewContact) {
  const { db, personal, address } = context
  await refuseTaken(context, { [kind]: contact }, [kind])
  const id = randomUUIDv7()
  await db.deleteFrom('contactChange').where('userId', '=', userId).execute()
  const row = { id, userId, kind, contact: personal.seal(contact, placeOf(id)) }
  await db
    .insertInto('contactChange')
    .values({ ...row, askedAt: sql<string>`now()` })
    .execute()
  const index = personal.blindIndex(kind, contact)
  const channels = [kind === 'email' ? ('email' as const) : ('sms' as const)]
  return {
    policy: contactCode,
    subject: id,
    body: userId,
    to: [{ destination: contact, index, channels }] as const,
    address,
    serviceCenterId: null,
  }
}

/** The change that waits for its code; undefined when none does. */
export async function awaitedChange(
  { db }: Pick<Here, 'db'>,
  userId: string,
): Promise<ContactChangeRow | undefined> {
  return db.selectFrom('contactChange').selectAll().where('userId', '=', userId).executeTakeFirst()
}

/**
 * Gives an account the contact that it has proved. Whoever else is signed in to it must prove
 * themselves anew, links that went to the former address open nothing, and what was proved before
 * is told.
 */
export async function takeContact(
  context: Here,
  change: Pick<ContactChangeRow, 'id' | 'userId'>,
): Promise<void> {
  const { db, emit, personal } = context
  const before = await lockRow<UserRow>(tellingUser(context), 'user', change.userId)
  const awaited = await awaitedChange(context, change.userId)
  // Another contact was asked for since.
  if (awaited?.id !== change.id) throw problem('phone_code_expired')
  const { kind } = awaited
  const contact = personal.open(awaited.contact, placeOf(awaited.id))
  await refuseTaken(context, { [kind]: contact }, [kind])
  await takeUnproved(context, { [kind]: contact }, before.id)
  const known = openedPerson(personal, before)
  const person = { ...known, [kind]: contact }
  const user = await changeRow<UserRow>(context, 'user', before, {
    ...sealedPerson(personal, before.id, person),
    [kind === 'email' ? 'emailProvedAt' : 'phoneProvedAt']: sql`now()`,
  }).catch(contactTaken)
  await db.deleteFrom('contactChange').where('userId', '=', user.id).execute()
  await closeOtherWays(context, user.id)
  emit(UserChanged, user.version, stateOf(user))
  if (known[kind] !== contact) tellContacts(context, before)
}

/** A locked account gives up a contact: what hangs on it ends as with another in its place. */
export async function leaveContact(context: Here, before: UserRow): Promise<void> {
  await closeOtherWays(context, before.id)
  tellContacts(context, before)
}

async function closeOtherWays(context: Here, userId: string): Promise<void> {
  const { db, me } = context
  await db.deleteFrom('passwordReset').where('userId', '=', userId).execute()
  await endSessionsOf(context, userId, { endedBy: 'revocation', except: me.sessionId })
}

function placeOf(id: string) {
  return { table: 'contact_change', column: 'contact', id }
}
