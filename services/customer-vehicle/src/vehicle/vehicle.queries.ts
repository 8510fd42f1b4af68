import { VehicleChanged, type VehicleState } from '@forecourt/contracts/customer-vehicle-events'
import { machine } from '@forecourt/platform/machine'
import type { Emit } from '@forecourt/platform/outbox'
import type { PersonalData } from '@forecourt/platform/personal'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '../db.ts'
import type { ParsedPlate } from './plate.ts'
import type { VehicleCenterRow, VehicleRow } from './vehicle.ts'

/** A vehicle follows its visits; one that is archived comes back with the next of them. */
export const lifecycle = machine<VehicleRow>()({
  states: ['active', 'in_service', 'completed', 'archived'],
  start: 'active',
  moves: {
    arrive: {
      from: ['active', 'completed', 'archived'],
      to: 'in_service',
      may: 'system',
      says: VehicleChanged,
    },
    finish: {
      from: ['active', 'in_service', 'archived'],
      to: 'completed',
      may: 'system',
      says: VehicleChanged,
    },
    leave: { from: ['in_service', 'completed'], to: 'active', may: 'system', says: VehicleChanged },
    archive: { from: ['active'], to: 'archived', may: 'vehicle.update', says: VehicleChanged },
    restore: { from: ['archived'], to: 'active', may: 'vehicle.update', says: VehicleChanged },
  },
})

/** Throws `vehicle_already_registered` naming those marks that somebody's vehicle has by proof. */
export async function refuseRegisteredPlates(
  db: Kysely<Tables>,
  plates: readonly ParsedPlate[],
): Promise<void> {
  const keys = plates.map(({ key }) => key)
  const registered = await db
    .selectFrom('vehicle')
    .select('plateKey')
    .where('plateKey', 'in', keys)
    .where('customerId', 'not in', unproved(db))
    .execute()
  const taken = new Set(registered.map(({ plateKey }) => plateKey))
  refuseTaken(plates.filter(({ key }) => taken.has(key)))
}

/** Customers whom staff has entered: a mark that nobody has proved blocks nobody. */
function unproved(db: Kysely<Tables>) {
  return db.selectFrom('customer').select('id').where('verifiedAt', 'is', null)
}

export function refuseTaken(plates: readonly Pick<ParsedPlate, 'plate'>[]): void {
  if (plates.length === 0) return
  throw problem('vehicle_already_registered', {
    plates: plates.map(({ plate }) => plate).join(', '),
  })
}

/** Every center that serves a vehicle, in a column beside its row. */
export const centersBeside = sql<string[]>`centers_of_vehicle(vehicle.id)`.as('centers')

/** Every center that serves a vehicle, the first one first, also those outside the scope. */
export async function centersOfVehicle(db: Kysely<Tables>, vehicleId: string): Promise<string[]> {
  const { rows } = await sql<{ centers: string[] }>`
    select centers_of_vehicle(${vehicleId}::uuid) as centers`.execute(db)
  return rows[0]?.centers ?? []
}

/** Lets a center serve a vehicle; answers whether it did not before. */
export async function linkVehicle(
  db: Kysely<Tables>,
  { vehicleId, ...link }: z.infer<typeof VehicleCenterRow>,
): Promise<boolean> {
  return (await linkVehicles(db, [vehicleId], link)).length > 0
}

/** Lets a center serve several vehicles; answers the ids of those that it did not before. */
export async function linkVehicles(
  db: Kysely<Tables>,
  vehicleIds: readonly string[],
  link: Omit<z.infer<typeof VehicleCenterRow>, 'vehicleId'>,
): Promise<string[]> {
  if (vehicleIds.length === 0) return []
  const added = await db
    .insertInto('vehicleCenter')
    .values(vehicleIds.map((vehicleId) => ({ vehicleId, ...link })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('vehicleId')
    .execute()
  return added.map(({ vehicleId }) => vehicleId)
}

export interface Telling {
  db: Kysely<Tables>
  emit: Emit
  personal: PersonalData
}

/** Tells the new state of a vehicle that was just changed. */
export async function tellVehicle(telling: Telling, row: VehicleRow): Promise<void> {
  telling.emit(VehicleChanged, row.version, await toldVehicle(telling, row))
}

/** Tells the states of several. */
export function tellVehicles(
  { emit, personal }: Omit<Telling, 'db'>,
  rows: readonly (VehicleRow & { centers: string[] })[],
): void {
  for (const { centers, ...row } of rows) {
    emit(VehicleChanged, row.version, stateOfVehicle(personal, row, centers))
  }
}

export async function toldVehicle({ db, personal }: Omit<Telling, 'emit'>, row: VehicleRow) {
  return stateOfVehicle(personal, row, await centersOfVehicle(db, row.id))
}

/** The full state that every event of a vehicle carries. */
export function stateOfVehicle(
  personal: PersonalData,
  row: VehicleRow,
  serviceCenterIds: string[],
): z.infer<typeof VehicleState> {
  const { id, customerId, plate, brand, model, yearOfPurchase, status } = row
  const { vin, color, registrationDate } = row
  const seal = (column: string, value: string) =>
    personal.seal(value, { table: 'vehicle', column, id })
  return {
    vehicleId: id,
    customerId,
    serviceCenterIds,
    plate: seal('plate', plate),
    vin: vin === null ? null : seal('vin', vin),
    brand,
    model,
    color,
    yearOfPurchase,
    registrationDate,
    status,
  }
}
