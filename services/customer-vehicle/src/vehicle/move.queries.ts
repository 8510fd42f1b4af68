import { randomUUIDv7 } from 'node:crypto'
import { fieldProblem } from '@forecourt/platform/problem'
import { findCustomer } from '../customer/entry.queries.ts'
import type { Here } from '../db.ts'
import type { ChangeVehicle } from './opening.ts'
import { serveCustomer } from './owner.queries.ts'
import { centersOfVehicle } from './vehicle.queries.ts'
import type { VehicleRow } from './vehicle.ts'

/**
 * Whose a locked vehicle is from now on, when that is somebody else: noted with its reason, and
 * served by the vehicle's center. Throws `not_found`.
 */
export async function moveToOwner(
  context: Here,
  { id: vehicleId, customerId: formerCustomerId }: VehicleRow,
  { customerId, reason }: ChangeVehicle,
): Promise<string | undefined> {
  const { db, me, now } = context
  if (customerId === undefined) return undefined
  const { id } = await findCustomer(db, customerId)
  if (id === formerCustomerId) return undefined
  if (!reason) {
    throw fieldProblem('reason', 'Say why the vehicle has another owner')
  }
  const centers = await centersOfVehicle(db, vehicleId)
  const serviceCenterId = centers.find((center) => me.centers.includes(center)) ?? centers[0] ?? ''
  await serveCustomer(context, id, serviceCenterId)
  const whose = { vehicleId, formerCustomerId, nextCustomerId: id }
  // The audit tells a reason by its length alone: it is read here.
  await db
    .insertInto('vehicleMove')
    .values({ id: randomUUIDv7(), ...whose, movedBy: me.userId, reason, movedAt: now })
    .execute()
  return id
}
