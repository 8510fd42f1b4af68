import type { Context } from '@forecourt/platform/endpoint'
import { isOfAllCenters, type Me } from '@forecourt/platform/me'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { linkVehicle, tellVehicle } from '../vehicle/vehicle.queries.ts'
import type { VehicleRow } from '../vehicle/vehicle.ts'
import { tellChange } from './change.queries.ts'
import { linkCustomer } from './customer.queries.ts'
import type { CustomerRow } from './customer.ts'
import { Found, LINK_LIFE_MS, type LookUpCustomer } from './lookup.ts'

type Linking = Context<Tables> & Means

/** The customer of a phone with all vehicles, or of a mark with that one. Throws `not_found`. */
export async function lookUpCustomer(
  { db, personal }: Linking,
  { phone, vehicleNumber }: LookUpCustomer,
): Promise<{ customer: CustomerRow; vehicles: VehicleRow[] }> {
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
  const vehicles = marked ? [marked] : await all.where('customerId', '=', customer.id).execute()
  return { customer, vehicles }
}

/** A token by which this person alone may link what was found, for ten minutes. */
export function sealFound(
  { personal, me, now }: Linking,
  customerId: string,
  vehicles: VehicleRow[],
): { token: string; tokenExpiresAt: string } {
  const tokenExpiresAt = new Date(Date.parse(now) + LINK_LIFE_MS).toISOString()
  const vehicleIds = vehicles.map(({ id }) => id)
  const found: Found = { customerId, vehicleIds, expiresAt: tokenExpiresAt }
  return { token: personal.seal(JSON.stringify(found), placeOf(me)), tokenExpiresAt }
}

function placeOf(me: Me) {
  return { table: 'lookup', column: 'found', id: me.userId ?? '' }
}

/** What a token says. Throws `not_found`, for without one the customer is not there. */
export function openFound(
  { personal, me, now }: Linking,
  token: string,
  customerId: string,
): Found {
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

/** Links a customer and vehicles of theirs to a center; what is linked already stays as it is. */
export async function linkFound(
  context: Linking,
  { customerId, vehicleIds }: Found,
  serviceCenterId: string,
): Promise<CustomerRow> {
  const { db, now } = context
  const customer = await lockRow<CustomerRow>(context, 'customer', customerId)
  const isNew = await linkCustomer(db, { customerId, serviceCenterId, linkedAt: now })
  for (const id of vehicleIds.toSorted()) {
    await linkFoundVehicle(context, customerId, id, serviceCenterId)
  }
  if (!isNew) return customer
  const changed = await changeRow(context, 'customer', customer, {})
  await tellChange(context, changed)
  return changed
}

async function linkFoundVehicle(
  context: Linking,
  customerId: string,
  id: string,
  serviceCenterId: string,
): Promise<void> {
  const { db, now } = context
  // A vehicle that was sold in the meantime is not this customer's to link.
  const vehicle = await db
    .selectFrom('vehicle')
    .selectAll()
    .where('id', '=', id)
    .where('customerId', '=', customerId)
    .forUpdate()
    .executeTakeFirst()
  if (!vehicle) return
  const isNew = await linkVehicle(db, { vehicleId: id, serviceCenterId, linkedAt: now })
  if (isNew) await tellVehicle(context, await changeRow({ db }, 'vehicle', vehicle, {}))
}
