import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { strangersBudgets, type Budget } from '@forecourt/platform/limit'
import { problem } from '@forecourt/platform/problem'
import { sql } from 'kysely'
import type { Here, Means } from '../db.ts'
import { hashOf } from '../refresh-token.ts'
import type { ProvedBy } from '../user/contact.queries.ts'
import type { Contact, GarageForm, GarageRegistrationRow, Place } from './garage-registration.ts'

/** A registration with what its person typed, in clear. */
export interface Registration {
  id: string
  status: GarageRegistrationRow['status']
  proved: ProvedBy | null
  provedAt: string | null
  form: GarageForm
  /** Where the garage is; null until that was said. */
  place: Place | null
}

/** The registration that a person names by e-mail, by phone or by both, whether it lives or not. */
export async function findByContact(
  { db, personal }: Pick<Here, 'db' | 'personal'>,
  contact: Contact,
): Promise<Registration | undefined> {
  const indexes = indexesOf(personal, contact)
  const row = await db
    .selectFrom('garageRegistration')
    .selectAll()
    .where((eb) => eb.and(indexes))
    .executeTakeFirst()
  return row && opened(personal, row)
}

/** The same, while whoever else wants to change it waits; undefined when it is there no more. */
export async function lockRegistration(
  { db, personal }: Pick<Here, 'db' | 'personal'>,
  id: string,
): Promise<Registration | undefined> {
  const row = await db
    .selectFrom('garageRegistration')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && opened(personal, row)
}

/**
 * The registration that the holder of a handle may go on with, locked. Throws
 * `garage_registration_unknown` for a handle of no use, and before its code
 * `garage_contact_unproved`.
 */
export async function lockVerified(
  { db, personal }: Pick<Here, 'db' | 'personal'>,
  handle: string,
): Promise<Registration & { proved: ProvedBy }> {
  const row = await db
    .selectFrom('garageRegistration')
    .selectAll()
    .where('handleHash', '=', hashOf(handle))
    .where((eb) =>
      eb.or([eb('status', '=', 'pending_verification'), eb('livesUntil', '>', sql<string>`now()`)]),
    )
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw problem('garage_registration_unknown')
  const { proved } = row
  if (proved === null) throw problem('garage_contact_unproved')
  return { ...opened(personal, row), proved }
}

/**
 * Makes room for a registration with this e-mail and this phone, while whoever else names one of
 * them waits for the end of the transaction. Throws `garage_registration_pending` while one lives.
 */
export async function makeRoom({ db, personal }: Here, form: Contact): Promise<void> {
  const indexes = indexesOf(personal, form)
  // In one order for everybody: two who name each other's must not wait in a circle.
  for (const index of Object.values(indexes).toSorted()) {
    const lock = `garage|${index}`
    await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(db)
  }
  const rows = await db
    .selectFrom('garageRegistration')
    .select('id')
    .select(sql<number>`ceil(extract(epoch from lives_until - now()))::int`.as('leftS'))
    .where((eb) => eb.or(indexes))
    .forUpdate()
    .execute()
  const leftS = Math.max(0, ...rows.map((row) => row.leftS))
  if (leftS > 0) throw problem('garage_registration_pending', { retryAfterS: leftS })
  for (const { id } of rows) await forgetRegistration({ db }, id)
}

/** Keeps a form; answers the registration, and its handle, which is kept nowhere. */
export async function keepForm(
  { db, personal }: Here,
  form: GarageForm,
): Promise<{ registration: Pick<Registration, 'id' | 'form'>; handle: string }> {
  const id = randomUUIDv7()
  const handle = randomUUID()
  const { emailIndex = '', phoneIndex = '' } = indexesOf(personal, form)
  const sealed = personal.seal(JSON.stringify(form), placeOf('form', id))
  await db
    .insertInto('garageRegistration')
    .values({
      id,
      handleHash: hashOf(handle),
      emailIndex,
      phoneIndex,
      status: 'pending_verification',
      form: sealed,
      livesUntil: sql<string>`now()`,
    })
    .execute()
  return { registration: { id, form }, handle }
}

/** A registration lives for as long as its newest code. */
export async function liveUntil(
  { db }: Pick<Here, 'db'>,
  id: string,
  livesUntil: string,
): Promise<void> {
  await db.updateTable('garageRegistration').set({ livesUntil }).where('id', '=', id).execute()
}

export async function noteProof(
  { db }: Pick<Here, 'db'>,
  id: string,
  { proved, lifeS }: { proved: ProvedBy; lifeS: number },
): Promise<void> {
  await db
    .updateTable('garageRegistration')
    .set({
      status: 'verified',
      proved,
      provedAt: sql<string>`now()`,
      livesUntil: sql<string>`now() + make_interval(secs => ${lifeS}::int)`,
    })
    .where('id', '=', id)
    .execute()
}

export async function keepPlace({ db, personal }: Here, id: string, place: Place): Promise<void> {
  const sealed = personal.seal(JSON.stringify(place), placeOf('place', id))
  await db.updateTable('garageRegistration').set({ place: sealed }).where('id', '=', id).execute()
}

export async function forgetRegistration({ db }: Pick<Here, 'db'>, id: string): Promise<void> {
  await db.deleteFrom('garageRegistration').where('id', '=', id).execute()
}

/** Strangers are counted by their address, and by each destination that they name. */
export function contactBudgets(
  handler: string,
  who: Pick<Here, 'personal' | 'address'>,
  contact: Contact,
): Budget[] {
  const indexes = Object.entries(indexesOf(who.personal, contact))
  return strangersBudgets(
    handler,
    who,
    indexes.map(([name, index]) => `${name}:${index}`),
  )
}

/** The same for who holds a handle: its digest is counted, and it stands in no key. */
export function handleBudgets(
  handler: string,
  who: Pick<Here, 'address'>,
  handle: string,
): Budget[] {
  return strangersBudgets(handler, who, [`handle:${hashOf(handle)}`])
}

/** The keyed digests of what a person names. */
function indexesOf(personal: Means['personal'], { email, phoneNumber }: Contact) {
  return {
    ...(email && { emailIndex: personal.blindIndex('email', email) }),
    ...(phoneNumber && { phoneIndex: personal.blindIndex('phone', phoneNumber) }),
  }
}

function opened(personal: Means['personal'], row: GarageRegistrationRow): Registration {
  const { id, status, proved, provedAt } = row
  const read = (column: 'form' | 'place', sealed: string): unknown =>
    JSON.parse(personal.open(sealed, placeOf(column, id)))
  return {
    id,
    status,
    proved,
    provedAt,
    form: read('form', row.form) as GarageForm,
    place: row.place === null ? null : (read('place', row.place) as Place),
  }
}

function placeOf(column: 'form' | 'place', id: string) {
  return { table: 'garage_registration', column, id }
}
