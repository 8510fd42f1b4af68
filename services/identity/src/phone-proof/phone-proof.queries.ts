import { randomUUIDv7 } from 'node:crypto'
import { typedDigits } from '@forecourt/contracts/phone'
import { strangersBudgets, type Budget } from '@forecourt/platform/limit'
import { sql } from 'kysely'
import type { Here, Means } from '../db.ts'
import { codePolicy, type PhoneProofRow, type TypedPhone } from './phone-proof.ts'

type Looking = Pick<Here, 'db' | 'personal'>
type Purpose = PhoneProofRow['purpose']

/** A phone whose code is on its way, with what its person typed. */
export interface PhoneProof extends TypedPhone {
  id: string
}

/** The phone that digits mean, whether or not its code still lives. */
export async function findProof(
  { db, personal }: Looking,
  purpose: Purpose,
  typed: string,
): Promise<PhoneProof | undefined> {
  const row = await db
    .selectFrom('phoneProof')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('digitsIndex', '=', digitsIndexOf(personal, typed))
    .executeTakeFirst()
  if (!row) return undefined
  const form = JSON.parse(personal.open(row.form, placeOf(row.id))) as TypedPhone
  return { ...form, id: row.id }
}

/** The same, while whoever else brings the same digits waits for the end of the transaction. */
export async function lockProof(
  context: Looking,
  purpose: Purpose,
  typed: string,
): Promise<PhoneProof | undefined> {
  const lock = `${purpose}|${digitsIndexOf(context.personal, typed)}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(context.db)
  return findProof(context, purpose, typed)
}

export async function forgetProof({ db }: Pick<Here, 'db'>, id: string): Promise<void> {
  await db.deleteFrom('phoneProof').where('id', '=', id).execute()
}

/**
 * Keeps a phone until its code comes back, in the place of another one that the same digits meant.
 * Answers what is to be sent.
 */
export async function keepProof(context: Here, purpose: Purpose, asked: TypedPhone) {
  const { db, personal, address } = context
  const { typed, countryCode, phone } = asked
  const known = await lockProof(context, purpose, typed)
  const id = known?.phone === phone ? known.id : randomUUIDv7()
  if (known) await forgetProof(context, known.id)
  const form = personal.seal(JSON.stringify({ typed, countryCode, phone }), placeOf(id))
  const digitsIndex = digitsIndexOf(personal, typed)
  const codeSentAt = sql<string>`now()`
  await db.insertInto('phoneProof').values({ id, purpose, digitsIndex, form, codeSentAt }).execute()
  const index = personal.blindIndex('phone', phone)
  const recipient = { destination: phone, index, channels: ['sms' as const] }
  return {
    policy: codePolicy(purpose),
    subject: id,
    body: phone,
    to: [recipient] as const,
    address,
    serviceCenterId: null,
  }
}

/** Strangers are counted by their address and by the phone that they name. */
export function budgetsOf(
  handler: string,
  who: Pick<Here, 'personal' | 'address'>,
  typed: string,
  counts?: { perAddress: number; perDestination: number },
): Budget[] {
  return strangersBudgets(handler, who, [`phone:${digitsIndexOf(who.personal, typed)}`], counts)
}

/** Digits have no `+`, so that they never mean what a whole phone means. */
function digitsIndexOf(personal: Means['personal'], typed: string): string {
  return personal.blindIndex('phone', typedDigits(typed) ?? '')
}

function placeOf(id: string) {
  return { table: 'phone_proof', column: 'form', id }
}
