import { z } from 'zod'
import { COUNT, type Change } from '../figure/figure.ts'

/** Customer-vehicle's vehicle, under the first of the centers that serve it. */
export const VehicleRow = z.object({
  generation: z.number().int(),
  id: z.uuid(),
  serviceCenterId: z.uuid(),
  status: z.string(),
  /** Day on which it was registered. */
  day: z.iso.date(),
  version: z.number().int(),
})
export type VehicleRow = z.infer<typeof VehicleRow>

/**
 * A vehicle that is not archived counts since the day of its registration. Its topic keeps only how
 * it is now, so that no other day would be the same in a count that is made anew.
 */
export function vehicleChanges(before: VehicleRow | undefined, now?: VehicleRow): Change[] {
  return [...(before ? counted(before, -1) : []), ...(now ? counted(now, 1) : [])]
}

function counted({ serviceCenterId, day, status }: VehicleRow, value: number): Change[] {
  if (status === 'archived') return []
  const place = { serviceCenterId, subjectId: serviceCenterId, unit: COUNT, day }
  return [{ ...place, name: 'active_vehicles', value }]
}

/** When a noun was made: a UUIDv7 begins with the millisecond. Other ids say nothing. */
export function madeAt(id: string): string | undefined {
  if (id[14] !== '7') return undefined
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toISOString()
}
