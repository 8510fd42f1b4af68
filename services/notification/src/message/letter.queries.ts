import { NotYet } from '@forecourt/platform/consumer'
import { isErased } from '@forecourt/platform/erasure'
import type { CustomerRow } from '../customer/customer.ts'
import type { Hearing } from '../db.ts'
import { describeVehicle, type VehicleRow } from '../vehicle/vehicle.ts'
import { queueMessage, type Post } from './message.queries.ts'
import type { Channel } from './provider.ts'

interface CustomerPost extends Pick<Post, 'template' | 'variables'> {
  channels: readonly Channel[]
  serviceCenterId: string
  expiresAt?: string
  attachment?: { key: string; name: string }
}

/** One message by each channel; by e-mail only to whoever has an address. */
export async function tellCustomer(
  context: Hearing,
  customer: CustomerRow,
  { channels, variables: about, attachment, ...post }: CustomerPost,
): Promise<void> {
  const { personal, event } = context
  const { id: customerId } = customer
  const open = (column: string, sealed: string) =>
    personal.open(sealed, { table: 'customer', column, id: customerId })
  const dealer = await dealerOf(context, post.serviceCenterId)
  if (dealer === undefined) throw new NotYet('Service center', post.serviceCenterId)
  const variables = {
    ...about,
    'customer.firstName': open('first_name', customer.firstName),
    'dealer.name': dealer,
  }
  for (const channel of channels) {
    const isEmail = channel === 'email'
    if (isEmail && customer.email === null) continue
    const recipient = isEmail ? open('email', customer.email ?? '') : open('phone', customer.phone)
    const message = { ...post, eventId: event.id, channel, recipient, variables, customerId }
    await queueMessage(context, { ...message, ...(isEmail && attachment && { attachment }) })
  }
}

/** Undefined for somebody who was erased. Until the letter is written, nobody erases them here. */
export async function customerOf(context: Hearing, id: string): Promise<CustomerRow | undefined> {
  const customer = await context.db
    .selectFrom('customer')
    .selectAll()
    .where('id', '=', id)
    .forKeyShare()
    .executeTakeFirst()
  if (!customer && !(await isErased(context, [id]))) throw new NotYet('Customer', id)
  return customer
}

/** In the order in which they are named, without those that were erased. */
export async function vehiclesOf(context: Hearing, ids: string[]): Promise<VehicleRow[]> {
  const vehicles = context.db.selectFrom('vehicle').selectAll().where('id', 'in', ids)
  const known = new Map((await vehicles.execute()).map((vehicle) => [vehicle.id, vehicle]))
  for (const id of ids) {
    if (!known.has(id) && !(await isErased(context, [id]))) throw new NotYet('Vehicle', id)
  }
  return ids.flatMap((id) => known.get(id) ?? [])
}

/** With its plate: for its owner's eyes. */
export function toOwner({ personal }: Hearing, vehicle: VehicleRow): string {
  const place = { table: 'vehicle', column: 'plate', id: vehicle.id }
  return describeVehicle(vehicle, personal.open(vehicle.plate, place))
}

/** The center's name, or that of the head office for what belongs to no center. */
export async function dealerOf({ db }: Hearing, id: string | null): Promise<string | undefined> {
  const centers = db.selectFrom('serviceCenter').select('name')
  const asked = id ? centers.where('id', '=', id) : centers.where('isHeadOffice', '=', true)
  return (await asked.executeTakeFirst())?.name
}
