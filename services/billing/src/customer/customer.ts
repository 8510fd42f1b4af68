import { z } from 'zod'

/** A customer, as far as an invoice must name one; personal values stay sealed. */
export const CustomerRow = z.object({
  id: z.uuid(),
  /** Who signs in as this customer. */
  accountId: z.uuid().nullable(),
  serviceCenterIds: z.array(z.uuid()),
  fullName: z.string(),
  phone: z.string(),
  email: z.string().nullable(),
  city: z.string(),
  state: z.string(),
  pinCode: z.string(),
  version: z.number().int(),
})
export type CustomerRow = z.infer<typeof CustomerRow>
