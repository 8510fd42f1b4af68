import { z } from 'zod'

/** A vehicle, as far as this service must know it; its plate stays sealed. */
export const VehicleRow = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  serviceCenterIds: z.array(z.uuid()),
  plate: z.string(),
  brand: z.string(),
  model: z.string(),
  version: z.number().int(),
})
export type VehicleRow = z.infer<typeof VehicleRow>
