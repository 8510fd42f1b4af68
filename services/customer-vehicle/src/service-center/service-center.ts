import { z } from 'zod'

/** Identity's service center, as far as this service must know it. */
export const ServiceCenterRow = z.object({
  id: z.uuid(),
  code: z.string(),
  name: z.string(),
  isActive: z.boolean(),
  isHeadOffice: z.boolean(),
  pinPrefixes: z.array(z.string()),
  state: z.string(),
  timeZone: z.string(),
  /** Opened by somebody's form, and not by the dealer group. */
  isGarage: z.boolean(),
  version: z.number().int(),
})
export type ServiceCenterRow = z.infer<typeof ServiceCenterRow>

/** Where no center is known, most people live here. */
const TIME_ZONE = 'Asia/Kolkata'

/** The day that a moment is on in a center's zone: in Pune it begins at 18:30 UTC. */
export function dayIn(timeZone: string | null | undefined, at: string): string {
  const there = Temporal.Instant.from(at).toZonedDateTimeISO(timeZone ?? TIME_ZONE)
  return there.toPlainDate().toString()
}
