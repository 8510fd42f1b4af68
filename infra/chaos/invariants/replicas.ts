import type { Told } from '../evidence/topics.ts'
import type { World } from '../evidence/world.ts'
import { byKey } from './events.ts'
import { difference, type Invariant } from './invariant.ts'

type Row = Record<string, unknown>

interface Replica {
  where: string
  topic: string
  rows: Row[]
  /** The column that holds the noun's id. */
  id: string
  /** Columns, and the field of the event that each is kept from. */
  columns: Record<string, string>
}

export const replicaInvariants: Invariant[] = [
  {
    promise: 'every copy in another service is the owner’s newest state',
    *broken(world) {
      for (const replica of replicasOf(world)) yield* differences(replica, world.told)
    },
  },
  {
    promise: 'every service knows of every session that has ended',
    *broken({ tables: { replicas, sessions } }) {
      const ended = sessions.flatMap(({ id, isEnded }) => (isEnded ? [id] : []))
      for (const [service, rows] of Object.entries(replicas.endedSessions)) {
        const known = rows.map((row) => String(row['session_id']))
        yield* difference(['identity', ended], [`the ended sessions of ${service}`, known])
      }
    },
  },
]

const center = {
  topic: 'identity.service-center.v1',
  id: 'id',
  columns: { code: 'code', name: 'name', is_active: 'isActive' },
}
const customer = {
  topic: 'customer-vehicle.customer.v1',
  id: 'id',
  columns: { service_center_ids: 'serviceCenterIds', full_name: 'fullName', phone: 'phone' },
}
const staff = {
  topic: 'identity.user.v1',
  id: 'id',
  columns: { role: 'role', status: 'status', service_center_ids: 'serviceCenterIds' },
}
const item = {
  topic: 'inventory.item.v1',
  id: 'id',
  columns: { item_code: 'itemCode', name: 'name' },
}

/** What the services of the bay keep of one another's nouns. */
const bayReplicas: Omit<Replica, 'rows'>[] = [
  { ...center, where: 'inventory.service_center' },
  { ...center, where: 'workshop.service_center' },
  { ...center, where: 'billing.service_center' },
  { ...customer, where: 'workshop.customer' },
  { ...customer, where: 'billing.customer' },
  {
    where: 'workshop.vehicle',
    topic: 'customer-vehicle.vehicle.v1',
    id: 'id',
    columns: { customer_id: 'customerId', plate: 'plate', brand: 'brand', model: 'model' },
  },
  { ...staff, where: 'workshop.staff' },
  { ...staff, where: 'notification.staff' },
  {
    ...item,
    where: 'workshop.item',
    columns: { ...item.columns, unit_price_minor: 'unitPriceMinor', unit: 'unit' },
  },
  { ...item, where: 'notification.item' },
  {
    where: 'workshop.stock_level',
    topic: 'inventory.stock-level.v1',
    id: 'id',
    columns: { item_id: 'itemId', service_center_id: 'serviceCenterId', available: 'available' },
  },
  {
    where: 'billing.job_card',
    topic: 'workshop.job-card.v1',
    id: 'id',
    columns: { job_card_number: 'jobCardNumber', status: 'status', customer_id: 'customerId' },
  },
]

function replicasOf({ tables: { replicas } }: World): Replica[] {
  const center = { topic: 'identity.service-center.v1', id: 'id' }
  const brief = { name: 'name', is_head_office: 'isHeadOffice', time_zone: 'timeZone' }
  return [
    {
      ...center,
      where: 'customer-vehicle',
      rows: replicas.centersOfCustomerVehicle,
      columns: {
        ...brief,
        code: 'code',
        is_active: 'isActive',
        pin_prefixes: 'pinPrefixes',
        state: 'state',
      },
    },
    { ...center, where: 'notification', rows: replicas.centersOfNotification, columns: brief },
    {
      where: 'notification',
      topic: 'customer-vehicle.customer.v1',
      rows: replicas.customersOfNotification,
      id: 'id',
      columns: {
        reference_id: 'referenceId',
        service_center_ids: 'serviceCenterIds',
        first_name: 'firstName',
        phone: 'phone',
        email: 'email',
        marketing_consent: 'marketingConsent',
      },
    },
    {
      where: 'notification',
      topic: 'customer-vehicle.vehicle.v1',
      rows: replicas.vehiclesOfNotification,
      id: 'id',
      columns: {
        service_center_ids: 'serviceCenterIds',
        plate: 'plate',
        brand: 'brand',
        model: 'model',
      },
    },
    ...bayReplicas.map((replica) => ({ ...replica, rows: replicas.ofBay[replica.where] ?? [] })),
    ...Object.entries(replicas.roles).map(([where, rows]) => ({
      where,
      topic: 'identity.role.v1',
      rows,
      id: 'role',
      columns: { permissions: 'permissions' },
    })),
  ]
}

function* differences(
  { where, topic, rows, id, columns }: Replica,
  told: Told[],
): Generator<string> {
  const newest = new Map(
    [...byKey(told, topic)].map(([key, events]) => [
      key,
      events.toSorted((one, other) => other.sequence - one.sequence)[0],
    ]),
  )
  const ids = rows.map((row) => String(row[id]))
  yield* difference([topic, newest.keys()], [`the copy in ${where}`, ids])
  for (const row of rows) {
    const event = newest.get(String(row[id]))
    if (!event) continue
    const isStale = row['version'] !== event.sequence
    if (isStale) yield `${where} has ${topic} ${event.key} at version ${String(row['version'])}`
    for (const [column, field] of Object.entries(columns)) {
      if (JSON.stringify(row[column]) === JSON.stringify(event.data?.[field])) continue
      yield `${where} has another ${field} of ${topic} ${event.key}`
    }
  }
}
