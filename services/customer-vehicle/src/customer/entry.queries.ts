import { isCustomer, type Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { waitForNoun } from '@forecourt/platform/wait-for-noun'
import { sql, type Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import type { Form } from '../registration/form.ts'
import { otpStatusOf } from '../registration/registration.ts'
import { spellOutCustomer, type Customer } from './customer.ts'
import { showCustomer } from './customer.queries.ts'
import { ownedVehicle, typedVehicle, type CustomerDetail, type CustomerEntryRow } from './entry.ts'

type Showing = Pick<Means, 'personal' | 'fileLinks'> & { now: string }

/** An entry of the list, its personal values in plain. */
export function showEntry({ personal, now }: Showing, entry: CustomerEntryRow): Customer {
  const form = formOf(personal, entry)
  if (!form) return showCustomer(personal, entry)
  const code = { codeExpiresAt: entry.codeExpiresAt ?? now, codeBlockedAt: entry.codeBlockedAt }
  const otpStatus = otpStatusOf({ ...code, status: 'pending' }, now)
  return spellOutCustomer({ ...entry, ...form.customer, otpStatus })
}

export type ListedEntry = CustomerEntryRow & { vehicles: string[] }

/** All entries, each with the ids of those of its vehicles that the caller may see. */
export function listedEntries(db: Kysely<Tables>) {
  const vehicles = sql<string[]>`array(select vehicle.id from vehicle
    where vehicle.customer_id = customer_entry.id order by vehicle.created_at, vehicle.id)`
  return db.selectFrom('customerEntry').selectAll().select(vehicles.as('vehicles'))
}

function formOf(personal: Means['personal'], { form, id }: CustomerEntryRow): Form | null {
  if (form === null) return null
  return JSON.parse(personal.open(form, { table: 'registration', column: 'form', id })) as Form
}

/**
 * The entry that an id means: a customer's own, its account's, or a registration's, proved or not.
 * Throws `not_found`.
 */
export async function findEntry(db: Kysely<Tables>, id: string): Promise<CustomerEntryRow> {
  return there(await entryOf(db, id))
}

/**
 * The same, where nothing is held: who has just opened an account is waited for until identity's
 * word of it has come.
 */
export async function awaitEntry(db: Kysely<Tables>, id: string): Promise<CustomerEntryRow> {
  return there(await waitForNoun(id, () => entryOf(db, id)))
}

function there(entry: CustomerEntryRow | undefined): CustomerEntryRow {
  if (!entry) throw problem('not_found')
  return entry
}

async function entryOf(db: Kysely<Tables>, id: string): Promise<CustomerEntryRow | undefined> {
  const proved = db.selectFrom('registration').select('customerId').where('id', '=', id)
  return db
    .selectFrom('customerEntry')
    .selectAll()
    .where((eb) => eb.or([eb('id', '=', id), eb('accountId', '=', id), eb('id', '=', proved)]))
    .executeTakeFirst()
}

/** The customer behind any id of theirs. Throws `not_found`, or `state_forbids` while unproved. */
export async function findCustomer(db: Kysely<Tables>, id: string): Promise<CustomerEntryRow> {
  return proved(await findEntry(db, id))
}

/** The same, where nothing is held. */
export async function awaitCustomer(db: Kysely<Tables>, id: string): Promise<CustomerEntryRow> {
  return proved(await awaitEntry(db, id))
}

function proved(entry: CustomerEntryRow): CustomerEntryRow {
  if (entry.form !== null) throw problem('state_forbids', { status: 'unverified' })
  return entry
}

/** An entry with the vehicles that the caller may see. */
export async function showDetail(
  context: Showing & { db: Kysely<Tables>; me: Me },
  entry: CustomerEntryRow,
): Promise<CustomerDetail> {
  const { db, personal, fileLinks, now, me } = context
  const { verifiedAt, marketingConsent, version } = entry
  const photoUrl = (fileId: string) => fileLinks.signed(fileId, now)
  const form = formOf(personal, entry)
  const vehicles = form
    ? form.vehicles.map((vehicle) => typedVehicle(vehicle, photoUrl))
    : (await vehiclesOf(db, entry.id)).map((vehicle) => ownedVehicle(vehicle, photoUrl))
  const suggestion = isCustomer(me) ? null : suggestionOf(personal, entry)
  return {
    ...showEntry(context, entry),
    verifiedAt,
    marketingConsent,
    suggestion,
    vehicles,
    version,
  }
}

function vehiclesOf(db: Kysely<Tables>, customerId: string) {
  return db
    .selectFrom('vehicle')
    .selectAll()
    .where('customerId', '=', customerId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** What differs from the customer's data, as staff is shown it. */
export function suggestionOf(
  personal: Means['personal'],
  { suggestion, id }: Pick<CustomerEntryRow, 'suggestion' | 'id'>,
) {
  if (suggestion === null) return null
  const text = personal.open(suggestion, { table: 'customer', column: 'suggestion', id })
  return JSON.parse(text) as Record<string, unknown>
}
