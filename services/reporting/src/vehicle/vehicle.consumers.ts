import { VehicleChanged, VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { forgetForGood } from '@forecourt/platform/erasure'
import { on } from '../db.ts'
import { NO_CENTER } from '../figure/figure.ts'
import { dayIn, drop, keep } from '../figure/figure.queries.ts'
import { madeAt, vehicleChanges, type VehicleRow } from './vehicle.ts'

/** How many vehicles there are to serve. */
export const vehicles = (generation: number) =>
  [VehicleRegistered, VehicleChanged].map((contract) => ({
    ...on(contract, async (context, { vehicleId: id, serviceCenterIds, status }) => {
      const { db, event } = context
      const serviceCenterId = serviceCenterIds[0] ?? NO_CENTER
      const day = await dayIn(db, serviceCenterId, madeAt(id) ?? event.time)
      const version = event.sequence
      const vehicle: VehicleRow = { generation, id, serviceCenterId, status, day, version }
      await keep(context, 'vehicle', vehicle, (before) => vehicleChanges(before, vehicle))
    }),
    async forget(context: Parameters<typeof drop>[0]) {
      await forgetForGood(context, [context.event.subject])
      await drop(context, 'vehicle', generation, (before: VehicleRow) => vehicleChanges(before))
    },
  }))
