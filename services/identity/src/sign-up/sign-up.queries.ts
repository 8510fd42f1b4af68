import { randomUUIDv7 } from 'node:crypto'
import { strangersBudgets, type Budget } from '@forecourt/platform/limit'
import { sql } from 'kysely'
import type { Here, Means } from '../db.ts'
import type { SignUpForm, SignUpRow } from './sign-up.ts'

/** A sign-up that waits for its code, with what its person typed. */
export interface Waiting {
  id: string
  form: SignUpForm
}

/** The sign-up of a phone, whether or not its code still lives. */
export async function findWaiting(
  { db, personal }: Pick<Here, 'db' | 'personal'>,
  phone: string,
): Promise<Waiting | undefined> {
  const row = await db
    .selectFrom('signUp')
    .selectAll()
    .where('phoneIndex', '=', personal.blindIndex('phone', phone))
    .executeTakeFirst()
  return row && opened(personal, row)
}

/**
 * Whoever else opens an account for this phone waits for the end of the transaction: of two
 * requests that come together one is first.
 */
export async function lockPhone(
  { db, personal }: Pick<Here, 'db' | 'personal'>,
  phone: string,
): Promise<void> {
  const lock = `sign-up|${personal.blindIndex('phone', phone)}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(db)
}

/** The sign-up of a phone, which is locked first. */
export async function lockWaiting(context: Here, phone: string): Promise<Waiting | undefined> {
  await lockPhone(context, phone)
  return findWaiting(context, phone)
}

/** Keeps a form in the place of an older one of the same phone. */
export async function replaceForm({ db, personal }: Here, form: SignUpForm): Promise<Waiting> {
  const id = randomUUIDv7()
  const phoneIndex = personal.blindIndex('phone', form.phone)
  await db.deleteFrom('signUp').where('phoneIndex', '=', phoneIndex).execute()
  const sealed = personal.seal(JSON.stringify(form), placeOf(id))
  const codeSentAt = sql<string>`now()`
  await db.insertInto('signUp').values({ id, phoneIndex, form: sealed, codeSentAt }).execute()
  return { id, form }
}

/** Counts the hour of a sign-up from the code that is being sent. */
export async function renewWaiting({ db }: Pick<Here, 'db'>, id: string): Promise<void> {
  const renewed = { codeSentAt: sql<string>`now()` }
  await db.updateTable('signUp').set(renewed).where('id', '=', id).execute()
}

export async function forgetWaiting({ db }: Pick<Here, 'db'>, id: string): Promise<void> {
  await db.deleteFrom('signUp').where('id', '=', id).execute()
}

/** Strangers are counted by their address and by the phone that they name. */
export function budgetsOf(
  handler: string,
  who: Pick<Here, 'personal' | 'address'>,
  phone: string,
): Budget[] {
  return strangersBudgets(handler, who, [`phone:${who.personal.blindIndex('phone', phone)}`])
}

function opened(personal: Means['personal'], { id, form }: SignUpRow): Waiting {
  return { id, form: JSON.parse(personal.open(form, placeOf(id))) as SignUpForm }
}

function placeOf(id: string) {
  return { table: 'sign_up', column: 'form', id }
}
