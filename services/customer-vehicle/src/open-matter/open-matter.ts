import { z } from 'zod'

/** Something between a customer and the dealer group that may still be open. */
export const OpenMatterRow = z.object({
  id: z.uuid(),
  kind: z.string(),
  /** As people say it; a draft has none. */
  number: z.string().nullable(),
  customerId: z.uuid().nullable(),
  serviceCenterId: z.uuid(),
  isOpen: z.boolean(),
  version: z.number().int(),
})
export type OpenMatterRow = z.infer<typeof OpenMatterRow>

/** The statuses in which something is over; whatever else may come is open. */
export const over = {
  serviceRequest: ['completed', 'rejected', 'cancelled'],
  jobCard: ['delivered', 'cancelled'],
  invoice: ['paid', 'cancelled'],
}

/** `job card JC-000012` */
export function nameOf({ kind, number }: Pick<OpenMatterRow, 'kind' | 'number'>): string {
  return number === null ? `${kind} (draft)` : `${kind} ${number}`
}
