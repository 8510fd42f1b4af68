import { randomUUIDv7 } from 'node:crypto'
import { ContactReplaced, UserChanged } from '@forecourt/contracts/identity-events'
import type { Context } from '@forecourt/platform/endpoint'
import { seal } from '@forecourt/platform/personal'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { sql } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { endSessionsOf } from '../session/ending.queries.ts'
import { contactTaken } from './account.queries.ts'
import { contactCode, type ContactChangeRow, type NewContact } from './contact-change.ts'
import { contactColumns, refuseTaken, takeUnproved } from './contact.queries.ts'
import { openedPerson, sealedPerson, stateOf, tellingUser } from './user.queries.ts'
import type { UserRow } from './user.ts'

type Here = Context<Tables> & Means

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
 * themselves anew, links that went to the former address open nothing, and it is told so.
 */
export async function takeContact(
  context: Here,
  change: Pick<ContactChangeRow, 'id' | 'userId'>,
): Promise<void> {
  const { db, me, emit, personal } = context
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
  await db.deleteFrom('passwordReset').where('userId', '=', user.id).execute()
  await endSessionsOf(context, user.id, { endedBy: 'revocation', except: me.sessionId })
  emit(UserChanged, user.version, stateOf(user))
  const former = before[contactColumns[kind].provedAt] === null ? null : known[kind]
  if (former !== null && former !== contact) tellFormer(context, awaited, former)
}

/** Whoever holds a stolen token does not change the contact of an account behind its back. */
function tellFormer(
  { emit, otp }: Here,
  { id: changeId, userId: accountId, kind }: ContactChangeRow,
  former: string,
): void {
  const place = `contact-replaced|destination|${changeId}`
  const destination = seal(otp.transportKeys, former, place)
  const channel = kind === 'email' ? 'email' : 'sms'
  emit(ContactReplaced, 1, { changeId, accountId, channel, destination })
}

function placeOf(id: string) {
  return { table: 'contact_change', column: 'contact', id }
}
