import { CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import type { EventContext } from '@forecourt/platform/consumer'
import { changeRow } from '@forecourt/platform/row'
import { sql, type Insertable, type Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { referenceId, referencePrefix } from '../registration/reference-id.ts'
import type { ParsedPlate } from '../vehicle/plate.ts'
import type { CustomerRow } from './customer.ts'
import { centersOfCustomer, stateOfCustomer } from './customer.queries.ts'

/** A write of a request, or the effect of an event. */
export type Settling = Pick<EventContext<Tables>, 'db' | 'emit'> & Pick<Means, 'personal'>

/** How somebody became a customer. */
export interface Proof {
  serviceCenterId: string
  firstPlate: ParsedPlate | null
  /** ISO 8601 UTC. */
  verifiedAt: string
  /** Whether the row was added in this transaction, so that this is still its first version. */
  isNew: boolean
}

/**
 * Makes a customer of a locked row whose phone is proved, and tells; whoever has been given a
 * reference id before keeps it.
 */
export async function verifyCustomer(
  context: Settling,
  row: CustomerRow,
  { isNew, verifiedAt, ...proof }: Proof,
  changes: Partial<CustomerRow> = {},
): Promise<CustomerRow> {
  const { db, emit, personal } = context
  const reference = row.referenceId ?? (await drawReferenceId(db, proof))
  const verified = { ...changes, referenceId: reference, verifiedAt }
  const customer = isNew
    ? await completed(db, row.id, verified)
    : await changeRow(context, 'customer', row, verified)
  const centers = await centersOfCustomer(db, row.id)
  emit(CustomerRegistered, customer.version, stateOfCustomer(personal, customer, centers))
  return customer
}

/** How often a phone may be given up, by an erasure, while somebody looks who has it. */
const TRIES = 5

/**
 * Adds a customer, or locks the one whose phone it is: whoever proves the same phone meanwhile
 * waits here, or is waited for. Neither when the id is one that was erased.
 */
export async function addOrLock(
  db: Kysely<Tables>,
  values: Insertable<Tables['customer']>,
): Promise<{ row: CustomerRow; isNew: boolean } | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const added = await db
      .insertInto('customer')
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (added) return { row: added, isNew: true }
    const row = await lockedCustomer(db, values.phoneIndex)
    if (row) return { row, isNew: false }
  }
  return undefined
}

/** The customer of a phone, locked until the end of the transaction. */
async function lockedCustomer(
  db: Kysely<Tables>,
  phoneIndex: string,
): Promise<CustomerRow | undefined> {
  return db
    .selectFrom('customer')
    .selectAll()
    .where('phoneIndex', '=', phoneIndex)
    .forUpdate()
    .executeTakeFirst()
}

/** Fills in what a row lacks that was added in this transaction, whose first version it stays. */
export async function completed(
  db: Kysely<Tables>,
  id: string,
  verified: Partial<CustomerRow>,
): Promise<CustomerRow> {
  return db
    .updateTable('customer')
    .set(verified)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The next number of the prefix; its row stays locked until the end, so that none is skipped. */
export async function drawReferenceId(
  db: Kysely<Tables>,
  { serviceCenterId, firstPlate }: Pick<Proof, 'serviceCenterId' | 'firstPlate'>,
): Promise<string> {
  const center = await db
    .selectFrom('serviceCenter')
    .select('code')
    .where('id', '=', serviceCenterId)
    .executeTakeFirstOrThrow()
  const prefix = referencePrefix(firstPlate, center.code)
  const { rows } = await sql<{ last: number }>`
    insert into reference_counter as counter (prefix, last) values (${prefix}, 1)
    on conflict (prefix) do update set last = counter.last + 1
    returning last`.execute(db)
  return referenceId(prefix, rows[0]?.last ?? 0)
}
