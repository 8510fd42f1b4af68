import { sql, type Kysely, type Updateable } from 'kysely'
import type { Tables } from '../db.ts'
import { takeOverVehicle, type Taking } from './unproved.queries.ts'
import { refuseTaken } from './vehicle.queries.ts'
import type { VehicleRow } from './vehicle.ts'

export type NewVehicle = Pick<
  VehicleRow,
  | 'id'
  | 'customerId'
  | 'plate'
  | 'plateKey'
  | 'plateKind'
  | 'brand'
  | 'model'
  | 'yearOfPurchase'
  | 'photoFileId'
>

/**
 * Adds the vehicles that their customer does not have yet, or takes them over from somebody who has
 * proved nothing; `all` is one row for each that was given, in its order. Of two people who do this
 * at once with one mark the later waits, and then gets `vehicle_already_registered`.
 */
export async function addVehicles(
  context: Taking,
  whose: { customerId: string; serviceCenterId: string },
  vehicles: readonly NewVehicle[],
): Promise<{ added: VehicleRow[]; taken: VehicleRow[]; all: VehicleRow[] }> {
  const { db } = context
  // In one order everywhere, so that two forms with the same marks do not wait for each other.
  const ordered = vehicles.toSorted((one, other) => (one.plateKey < other.plateKey ? -1 : 1))
  const added = await db
    .insertInto('vehicle')
    .values(ordered.map((vehicle) => ({ ...vehicle, status: 'active' as const })))
    .onConflict((conflict) => conflict.column('plateKey').doNothing())
    .returningAll()
    .execute()
  const made = new Set(added.map(({ plateKey }) => plateKey))
  const taken: VehicleRow[] = []
  for (const { id: _, ...proved } of ordered.filter(({ plateKey }) => !made.has(plateKey))) {
    const id = await takeOverVehicle(context, proved.plateKey, whose)
    if (id !== undefined) taken.push(await changeTaken(db, id, proved))
  }
  const known = await db
    .selectFrom('vehicle')
    .selectAll()
    .where('customerId', '=', whose.customerId)
    .where(
      'plateKey',
      'in',
      vehicles.map(({ plateKey }) => plateKey),
    )
    .execute()
  const byKey = new Map(known.map((vehicle) => [vehicle.plateKey, vehicle]))
  refuseTaken(vehicles.filter(({ plateKey }) => !byKey.has(plateKey)))
  const all = vehicles.flatMap(({ plateKey }) => byKey.get(plateKey) ?? [])
  return { added, taken, all }
}

/** Gives a vehicle that was taken over its new particulars; the caller tells of it. */
export function changeTaken(
  db: Kysely<Tables>,
  id: string,
  proved: Updateable<Tables['vehicle']>,
): Promise<VehicleRow> {
  return db
    .updateTable('vehicle')
    .set({ ...proved, version: sql`version + 1`, updatedAt: sql`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
