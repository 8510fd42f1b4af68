import { z } from 'zod'

/** That a vehicle has another owner: whose it was, whose it became, by whom and why. */
export const VehicleMoveRow = z.object({
  id: z.uuid(),
  vehicleId: z.uuid(),
  formerCustomerId: z.uuid(),
  nextCustomerId: z.uuid(),
  movedBy: z.uuid().nullable(),
  reason: z.string(),
  movedAt: z.string(),
})

/** The same as staff see it; the new owner has the name that bodies have for it. */
export const VehicleMove = VehicleMoveRow.omit({ nextCustomerId: true })
  .extend({ customerId: z.uuid() })
  .meta({ id: 'VehicleMove' })
