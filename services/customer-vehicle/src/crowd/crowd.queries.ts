import { randomUUID } from 'node:crypto'
import { CustomerRegistered, VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { inTransaction } from '@forecourt/platform/database'
import { Outbox } from '@forecourt/platform/outbox'
import type { PersonalData } from '@forecourt/platform/personal'
import { systemScope } from '@forecourt/platform/scope'
import type { Commanded } from '@forecourt/platform/service'
import { sql, type Kysely } from 'kysely'
import type { CustomerRow } from '../customer/customer.ts'
import { sealedCustomer, stateOfCustomer } from '../customer/customer.queries.ts'
import type { Tables } from '../db.ts'
import { referenceId, referencePrefix } from '../registration/reference-id.ts'
import { stateOfVehicle } from '../vehicle/vehicle.queries.ts'
import type { VehicleRow } from '../vehicle/vehicle.ts'
import { firstVehicleOf, strangerAt, vehicleAt, type StrangersVehicle } from './crowd.ts'

interface Batch {
  db: Kysely<Tables>
  personal: PersonalData
  seed: number
  centers: { id: string; code: string }[]
}

/** A row that was added, and the center that serves it. */
interface Added<Row> {
  row: Row
  serviceCenterId: string
}

/** One statement of so many rows stays below what Postgres takes of parameters. */
const BATCH = 500

/**
 * Adds vehicles `from` to `to` of the made-up crowd of `seed` with their owners, sealed and told
 * like those who register; what is there already stays. With `told` as `no` nobody else hears of
 * them. Answers how many were added.
 */
export async function fillWithCrowd({ pool, personal, options = {} }: Commanded): Promise<string> {
  const { from = '0', to = '0', seed = '1', told = 'yes' } = options
  let added = 0
  for (let first = Number(from); first < Number(to); first += BATCH) {
    const count = Math.min(BATCH, Number(to) - first)
    const numbers = Array.from({ length: count }, (_, nth) => first + nth)
    added += await inTransaction<Tables, number>(pool, systemScope(), async (db) => {
      const batch = { db, personal, seed: Number(seed), centers: await centersOf(db) }
      const { people, vehicles } = await fillBatch(batch, numbers)
      if (told === 'yes') await tell(batch, people, vehicles)
      return vehicles.length
    })
  }
  return String(added)
}

async function centersOf(db: Kysely<Tables>): Promise<Batch['centers']> {
  const centers = await db
    .selectFrom('serviceCenter')
    .select(['id', 'code'])
    .where('isActive', '=', true)
    .orderBy('code')
    .execute()
  if (centers.length === 0) throw new Error('There is no service center that could serve anybody.')
  return centers
}

async function fillBatch(batch: Batch, numbers: number[]) {
  const { db, seed } = batch
  const all = numbers.map((number) => vehicleAt(seed, number))
  const known = await idsAmong(db, 'vehicle', all)
  const fresh = all.filter(({ id }) => !known.has(id))
  const owners = [...new Set(fresh.map(({ owner }) => owner))]
  const people = await addPeople(batch, owners)
  const ids = owners.map((owner) => strangerAt(seed, owner))
  const there = await idsAmong(db, 'customer', ids)
  // Somebody real may have the phone of one of the crowd, who then stays away with the vehicles.
  const owned = fresh.filter(({ owner }) => there.has(strangerAt(seed, owner).id))
  return { people, vehicles: await addVehicles(batch, owned) }
}

async function idsAmong(
  db: Kysely<Tables>,
  table: 'vehicle' | 'customer',
  things: readonly { id: string }[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`select id from ${sql.table(table)}
    where id = any (${things.map(({ id }) => id)}::uuid[])`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

async function addPeople(batch: Batch, owners: number[]): Promise<Added<CustomerRow>[]> {
  const { db, personal, seed } = batch
  const known = await idsAmong(
    db,
    'customer',
    owners.map((owner) => strangerAt(seed, owner)),
  )
  const fresh = owners.filter((owner) => !known.has(strangerAt(seed, owner).id))
  if (fresh.length === 0) return []
  const references = await drawReferences(batch, fresh)
  const values = fresh.map((owner, nth) => {
    const { id, phone, email, street, createdAt, ...plain } = strangerAt(seed, owner)
    const sealed = sealedCustomer(personal, id, { phone, email, street, alternativePhone: null })
    const verified = { referenceId: references[nth] ?? null, verifiedAt: createdAt, createdAt }
    return { ...plain, ...sealed, ...verified, id, marketingConsent: true }
  })
  const insert = db.insertInto('customer').values(values)
  const added = await insert
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute()
  const numberOf = new Map(values.map(({ id }, nth) => [id, fresh[nth] ?? 0]))
  const people = added.map((row) => {
    return { row, serviceCenterId: centerOf(batch, numberOf.get(row.id) ?? 0).id }
  })
  const links = people.map(({ row, serviceCenterId }) => {
    return { customerId: row.id, serviceCenterId, linkedAt: row.createdAt }
  })
  if (links.length > 0) await db.insertInto('customerCenter').values(links).execute()
  return people
}

/** One statement counts on for all, each under the prefix of the first vehicle. */
async function drawReferences(batch: Batch, owners: number[]): Promise<string[]> {
  const prefixes = owners.map((owner) => {
    const { plate } = vehicleAt(batch.seed, firstVehicleOf(owner))
    return referencePrefix(plate, centerOf(batch, owner).code)
  })
  const { rows } = await sql<{ prefix: string; last: number; count: number }>`
    with drawn as (
      select prefix, count(*)::integer as count from unnest(${prefixes}::text[]) as prefix
       group by prefix order by prefix
    )
    insert into reference_counter as counter (prefix, last) select prefix, count from drawn
    on conflict (prefix) do update set last = counter.last + excluded.last
    returning prefix, last, (select count from drawn where drawn.prefix = counter.prefix) as count
    `.execute(batch.db)
  const next = new Map(rows.map(({ prefix, last, count }) => [prefix, last - count]))
  return prefixes.map((prefix) => {
    const count = (next.get(prefix) ?? 0) + 1
    next.set(prefix, count)
    return referenceId(prefix, count)
  })
}

function centerOf({ centers }: Batch, owner: number): Batch['centers'][number] {
  const center = centers[owner % centers.length]
  if (!center) throw new Error('There is no service center.')
  return center
}

async function addVehicles(
  batch: Batch,
  vehicles: StrangersVehicle[],
): Promise<Added<VehicleRow>[]> {
  const { db, seed } = batch
  if (vehicles.length === 0) return []
  const values = vehicles.map(({ owner, plate: mark, ...vehicle }) => ({
    ...vehicle,
    customerId: strangerAt(seed, owner).id,
    plate: mark.plate,
    plateKey: mark.key,
    plateKind: mark.kind,
    status: 'active' as const,
  }))
  const insert = db.insertInto('vehicle').values(values)
  const added = await insert
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute()
  const ownerOf = new Map(vehicles.map(({ id, owner }) => [id, owner]))
  const kept = added.map((row) => {
    return { row, serviceCenterId: centerOf(batch, ownerOf.get(row.id) ?? 0).id }
  })
  const links = kept.map(({ row, serviceCenterId }) => {
    return { vehicleId: row.id, serviceCenterId, linkedAt: row.createdAt }
  })
  if (links.length > 0) await db.insertInto('vehicleCenter').values(links).execute()
  return kept
}

/** Other services hear of the crowd as of anybody who registers. */
async function tell(
  { db, personal }: Batch,
  people: Added<CustomerRow>[],
  vehicles: Added<VehicleRow>[],
): Promise<void> {
  const outbox = new Outbox('customer-vehicle', { correlationId: randomUUID() })
  for (const { row, serviceCenterId } of people) {
    outbox.emit(CustomerRegistered, 1, stateOfCustomer(personal, row, [serviceCenterId]))
  }
  for (const { row, serviceCenterId } of vehicles) {
    outbox.emit(VehicleRegistered, 1, stateOfVehicle(personal, row, [serviceCenterId]))
  }
  await outbox.flush(db)
}
