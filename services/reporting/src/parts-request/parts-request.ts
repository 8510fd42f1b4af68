import { z } from 'zod'

/** What a card needs of inventory, as far as it is still to come. */
export const PartsRequestRow = z.object({
  generation: z.number().int(),
  id: z.uuid(),
  serviceCenterId: z.uuid(),
  jobCardId: z.uuid(),
  /** Lines that the workshop asked for. */
  askedLines: z.number().int(),
  /** Lines that inventory has not set aside yet; null before it has answered. */
  waitingLines: z.number().int().nullable(),
  /** Version of inventory's reservation. */
  version: z.number().int(),
})

interface Reservation {
  status: string
  lines: readonly { status: string }[]
}

/** One that ran out is set aside anew, as the workshop sees it too: all of it is to come. */
export function waitingOf({ status, lines }: Reservation): number {
  if (status === 'expired') return lines.length
  return lines.filter((line) => line.status === 'waiting').length
}
