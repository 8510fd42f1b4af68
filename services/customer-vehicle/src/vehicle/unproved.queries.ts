import { schedule } from '@forecourt/platform/timer'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { UNATTACHED } from '../file/file.queries.ts'
import { linkVehicle, tellVehicle, type Telling } from './vehicle.queries.ts'
import type { VehicleRow } from './vehicle.ts'

export interface Taking {
  db: Kysely<Tables>
  now: string
}

/**
 * Takes the vehicle of a mark from somebody who has proved nothing, for a customer who has; answers
 * its id, or nothing where there is none. What was said of it is gone, and it is still to be told.
 */
export async function takeOverVehicle(
  { db, now }: Taking,
  plateKey: string,
  { customerId, serviceCenterId }: { customerId: string; serviceCenterId: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ vehicleId: string; formerPhoto: string | null }>`
    select * from take_over_vehicle(${plateKey}, ${customerId}::uuid)`.execute(db)
  const [taken] = rows
  if (!taken) return undefined
  const { vehicleId, formerPhoto } = taken
  if (formerPhoto !== null) await schedule({ db }, UNATTACHED, formerPhoto, now)
  // A center sees the vehicle that it goes on with by its link.
  await linkVehicle(db, { vehicleId, serviceCenterId, linkedAt: now })
  return vehicleId
}

/** Takes a VIN from the vehicle of somebody who has proved nothing, and tells of that vehicle. */
export async function takeOverVin(
  telling: Telling,
  vin: string | null | undefined,
  customerId: string,
): Promise<void> {
  if (!vin) return
  const { rows } = await sql<VehicleRow>`
    select * from give_up_vin(${vin}, ${customerId}::uuid)`.execute(telling.db)
  for (const row of rows) await tellVehicle(telling, row)
}

/** Takes a mark from such a vehicle, for one that is there already. */
export async function takeOverMark(
  telling: Telling,
  plateKey: string,
  customerId: string,
): Promise<void> {
  const { rows } = await sql<VehicleRow>`
    select * from give_up_mark(${plateKey}, ${customerId}::uuid)`.execute(telling.db)
  for (const row of rows) await tellVehicle(telling, row)
}
