import {
  CustomerErased,
  RegistrationLapsed,
  VehicleChanged,
} from '@forecourt/contracts/customer-vehicle-events'
import { forgetForGood } from '@forecourt/platform/erasure'
import { isOfAllCenters } from '@forecourt/platform/me'
import { erasePerson } from '@forecourt/platform/personal-table'
import { problem } from '@forecourt/platform/problem'
import { lockRow } from '@forecourt/platform/row'
import { schedule, unschedule } from '@forecourt/platform/timer'
import { sql } from 'kysely'
import { centersOfCustomer } from '../customer/customer.queries.ts'
import type { CustomerRow } from '../customer/customer.ts'
import { findEntry } from '../customer/entry.queries.ts'
import type { Here } from '../db.ts'
import { dropFilesOf } from '../file/erased.queries.ts'
import { nameOf } from '../open-matter/open-matter.ts'
import { LAPSE } from '../registration/registration.queries.ts'
import { stateOfVehicle } from '../vehicle/vehicle.queries.ts'
import { TOMBSTONE_AFTER_MS } from './erasure.ts'
import { personalTables } from './personal-tables.queries.ts'

/** What another center has to do with a customer is named to nobody here. */
const ELSEWHERE = 'something at another center'

/** The deadline at which an erased customer's key is given its tombstone. */
export const TOMBSTONE = 'erasure.tombstone'

/**
 * Locks the customer behind any id of theirs, for whoever serves them. Throws `not_found`, and
 * `state_forbids` for a form whose phone nobody has proved: it lapses by itself.
 */
export async function lockCustomer(context: Here, id: string): Promise<CustomerRow> {
  const { db, me } = context
  const entry = await findEntry(db, id)
  const centers =
    entry.form === null ? await centersOfCustomer(db, entry.id) : await centersOfForm(context, id)
  // The house acts, because it must reach what lies in other centers: so this is asked here.
  const isTheirs = isOfAllCenters(me) || centers.some((center) => me.centers.includes(center))
  if (!isTheirs) throw problem('not_found')
  if (entry.form !== null) throw problem('state_forbids', { status: 'unverified' })
  // The line of the audit names the customer, and tells nothing of the person.
  return lockRow<CustomerRow>({ ...context, was: () => undefined }, 'customer', entry.id)
}

async function centersOfForm({ db }: Here, id: string): Promise<string[]> {
  const forms = db.selectFrom('registration').select('serviceCenterId').where('id', '=', id)
  return (await forms.execute()).map(({ serviceCenterId }) => serviceCenterId)
}

/** Throws `customer_busy`, which names what is open where the caller may see it. */
export async function refuseOpenMatters({ db, me }: Here, customerId: string): Promise<void> {
  const open = await db
    .selectFrom('openMatter')
    .select(['kind', 'number', 'serviceCenterId'])
    .where('customerId', '=', customerId)
    .where('isOpen', '=', true)
    .orderBy('number')
    .execute()
  if (open.length === 0) return
  const isSeen = ({ serviceCenterId }: { serviceCenterId: string }) =>
    isOfAllCenters(me) || me.centers.includes(serviceCenterId)
  const names = open.map((matter) => (isSeen(matter) ? nameOf(matter) : ELSEWHERE))
  throw problem('customer_busy', { open: [...new Set(names)].join(', ') })
}

/** Erases a locked customer, and tells those who keep anything of the person. */
export async function erase(
  context: Here,
  { id, accountId, phoneIndex, version }: CustomerRow,
): Promise<{ id: string; erasedAt: string }> {
  const { db, emit, me, now } = context
  const person = { customerId: id, accountId }
  const vehicles = await endVehicles(context, id)
  const registrations = await endForms(context, id, phoneIndex)
  await dropFilesOf(context, person, [...vehicles, ...registrations])
  await erasePerson(context, personalTables, person)
  const codes = sql<boolean>`${phoneIndex} = any (destination_indexes)`
  await db.deleteFrom('otp').where(codes).execute()
  const known = [id, ...(accountId ? [accountId] : []), ...vehicles, ...registrations]
  await forgetForGood(context, known)
  const last = version + 1
  emit(CustomerErased, last, person)
  await db
    .insertInto('erasure')
    .values({ id, accountId, erasedBy: me.userId, erasedAt: now, version: last })
    .execute()
  const tombstoneAt = new Date(Date.parse(now) + TOMBSTONE_AFTER_MS).toISOString()
  await schedule(context, TOMBSTONE, id, tombstoneAt)
  return { id, erasedAt: now }
}

/** Tells a blank state of each vehicle, and its end. */
async function endVehicles({ db, emit, personal }: Here, customerId: string): Promise<string[]> {
  const vehicles = await db
    .selectFrom('vehicle')
    .selectAll()
    .where('customerId', '=', customerId)
    .orderBy('id')
    .forUpdate()
    .execute()
  for (const { id, version, ...vehicle } of vehicles) {
    const papers = { plate: '', vin: null, color: null, registrationDate: null }
    const nothing = { ...papers, yearOfPurchase: null, status: 'archived' } as const
    const blank = { ...vehicle, ...nothing, id, version: version + 1 }
    emit(VehicleChanged, blank.version, stateOfVehicle(personal, blank, []))
    emit.tombstone(VehicleChanged, version + 2, id)
  }
  return vehicles.map(({ id }) => id)
}

/** Forms of the same phone, proved or not: whoever typed them meant this person. */
async function endForms(context: Here, customerId: string, phoneIndex: string) {
  const { db, emit } = context
  const forms = await db
    .selectFrom('registration')
    .select(['id', 'status', 'version', 'serviceCenterId'])
    .where((eb) => eb.or([eb('customerId', '=', customerId), eb('phoneIndex', '=', phoneIndex)]))
    .orderBy('id')
    .forUpdate()
    .execute()
  const waiting = forms.filter(({ status }) => status !== 'verified')
  const ids = waiting.map(({ id }) => id)
  await unschedule(context, LAPSE, ids)
  await db
    .deleteFrom('otp')
    .where(sql<boolean>`subject = any (${ids}::uuid[])`)
    .execute()
  await db
    .deleteFrom('registration')
    .where(sql<boolean>`id = any (${ids}::uuid[])`)
    .execute()
  for (const { id, version, serviceCenterId } of waiting) {
    emit(RegistrationLapsed, version + 1, { registrationId: id, serviceCenterId })
  }
  return forms.map(({ id }) => id)
}
