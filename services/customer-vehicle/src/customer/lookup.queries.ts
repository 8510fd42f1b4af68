import { isOfAllCenters, type Me } from '@forecourt/platform/me'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { sql, type Kysely } from 'kysely'
import type { Here, Means, Tables } from '../db.ts'
import { centersBeside, linkVehicles, tellVehicles } from '../vehicle/vehicle.queries.ts'
import type { VehicleRow } from '../vehicle/vehicle.ts'
import { tellChange } from './change.queries.ts'
import { linkCustomer } from './customer.queries.ts'
import type { CustomerRow } from './customer.ts'
import { Found, LINK_LIFE_MS, MOST_SHOWN, type LookUpCustomer } from './lookup.ts'

interface LookedUp {
  customer: CustomerRow
  /** The oldest of those that were found. */
  vehicles: VehicleRow[]
  vehicleCount: number
  /** Those that may be linked, as a token says it. */
  vehicleIds: Found['vehicleIds']
}

/** The customer of a phone with all vehicles, or of a mark with that one. Throws `not_found`. */
export async function lookUpCustomer(
  { db, personal }: Here,
  { phone, vehicleNumber }: LookUpCustomer,
): Promise<LookedUp> {
  const all = db.selectFrom('vehicle').selectAll().orderBy('createdAt')
  const [marked] = vehicleNumber
    ? await all.where('plateKey', '=', vehicleNumber.key).execute()
    : []
  const phoneIndex = phone === undefined ? '' : personal.blindIndex('phone', phone)
  const customer = await db
    .selectFrom('customer')
    .selectAll()
    .where((eb) => (marked ? eb('id', '=', marked.customerId) : eb('phoneIndex', '=', phoneIndex)))
    .executeTakeFirst()
  if (!customer) throw problem('not_found')
  if (marked) return { customer, vehicles: [marked], vehicleCount: 1, vehicleIds: [marked.id] }
  const vehicles = await all
    .select(sql<number>`count(*) over ()`.as('count'))
    .where('customerId', '=', customer.id)
    .orderBy('plateKey')
    .limit(MOST_SHOWN)
    .execute()
  return { customer, vehicles, vehicleCount: vehicles[0]?.count ?? 0, vehicleIds: null }
}

/** A token by which this person alone may link what was found, for ten minutes. */
export function sealFound(
  { personal, me, now }: Here,
  { customer, vehicleIds }: LookedUp,
): { token: string; tokenExpiresAt: string } {
  const tokenExpiresAt = new Date(Date.parse(now) + LINK_LIFE_MS).toISOString()
  const found: Found = { customerId: customer.id, vehicleIds, expiresAt: tokenExpiresAt }
  return { token: personal.seal(JSON.stringify(found), placeOf(me)), tokenExpiresAt }
}

function placeOf(me: Me) {
  return { table: 'lookup', column: 'found', id: me.userId ?? '' }
}

/** What a token says. Throws `not_found`, for without one the customer is not there. */
export function openFound({ personal, me, now }: Here, token: string, customerId: string): Found {
  const found = Found.parse(JSON.parse(opened(personal, token, me)))
  if (found.customerId !== customerId) throw problem('not_found')
  if (found.expiresAt < now) throw problem('link_invalid')
  return found
}

function opened(personal: Means['personal'], token: string, me: Me): string {
  try {
    return personal.open(token, placeOf(me))
  } catch (error) {
    throw problem('not_found', {}, error)
  }
}

/** The center that a person links to: the named one of theirs, or their first. */
export async function centerToLink(
  db: Kysely<Tables>,
  me: Me,
  asked: string | undefined,
): Promise<string> {
  const id = asked ?? me.centers[0] ?? null
  const isTheirs = id !== null && (isOfAllCenters(me) || me.centers.includes(id))
  const center = isTheirs
    ? await db.selectFrom('serviceCenter').select('id').where('id', '=', id).executeTakeFirst()
    : undefined
  if (!center) throw fieldProblem('serviceCenterId', 'Choose a service center from the list')
  return center.id
}

/**
 * Links a customer and vehicles of theirs to a center, and answers their ids; what is linked
 * already stays as it is.
 */
export async function linkFound(
  context: Here,
  found: Found,
  serviceCenterId: string,
): Promise<{ customer: CustomerRow; vehicleIds: string[] }> {
  const { db, now } = context
  const { customerId } = found
  const customer = await lockRow<CustomerRow>(context, 'customer', customerId)
  const isNew = await linkCustomer(db, { customerId, serviceCenterId, linkedAt: now })
  const vehicleIds = await linkFoundVehicles(context, found, serviceCenterId)
  if (!isNew) return { customer, vehicleIds }
  const changed = await changeRow(context, 'customer', customer, {})
  await tellChange(context, changed)
  return { customer: changed, vehicleIds }
}

/** A fleet is linked by as many statements as one vehicle: its customer is locked meanwhile. */
async function linkFoundVehicles(
  context: Here,
  { customerId, vehicleIds }: Found,
  serviceCenterId: string,
): Promise<string[]> {
  const { db, now } = context
  // A vehicle that was sold in the meantime is not this customer's to link.
  const vehicles = await db
    .selectFrom('vehicle')
    .select('id')
    .where('customerId', '=', customerId)
    .where(sql<boolean>`coalesce(id = any (${vehicleIds}::uuid[]), true)`)
    .orderBy('id')
    .forUpdate()
    .execute()
  const ids = vehicles.map(({ id }) => id)
  const linked = await linkVehicles(db, ids, { serviceCenterId, linkedAt: now })
  const changed = await db
    .updateTable('vehicle')
    .set({ version: sql`version + 1`, updatedAt: sql`now()` })
    .where(sql<boolean>`id = any (${linked}::uuid[])`)
    .returningAll()
    .returning(centersBeside)
    .execute()
  tellVehicles(context, changed)
  return ids
}
