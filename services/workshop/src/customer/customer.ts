import { z } from 'zod'

/** A customer, as far as this service must know one; personal values stay sealed. */
export const CustomerRow = z.object({
  id: z.uuid(),
  /** Who signs in as this customer. */
  accountId: z.uuid().nullable(),
  serviceCenterIds: z.array(z.uuid()),
  fullName: z.string(),
  phone: z.string(),
  version: z.number().int(),
})
export type CustomerRow = z.infer<typeof CustomerRow>
