import { z } from 'zod'

/** A customer as customer-vehicle tells it; the personal columns are sealed. */
export const CustomerRow = z.object({
  id: z.uuid(),
  /** The account that the person signs in with, if there is one. */
  accountId: z.uuid().nullable(),
  referenceId: z.string(),
  serviceCenterIds: z.array(z.uuid()),
  firstName: z.string(),
  phone: z.string(),
  email: z.string().nullable(),
  marketingConsent: z.boolean(),
  version: z.number().int(),
})
export type CustomerRow = z.infer<typeof CustomerRow>
