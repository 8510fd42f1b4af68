import { z } from 'zod'

/** A vehicle as customer-vehicle tells it; its plate is sealed. */
export const VehicleRow = z.object({
  id: z.uuid(),
  serviceCenterIds: z.array(z.uuid()),
  plate: z.string(),
  brand: z.string(),
  model: z.string(),
  version: z.number().int(),
})
export type VehicleRow = z.infer<typeof VehicleRow>

/** `Toyota Innova (MH12AB1234)` */
export function describeVehicle(
  { brand, model }: { brand: string; model: string },
  plate: string,
): string {
  return `${brand} ${model} (${plate})`
}
