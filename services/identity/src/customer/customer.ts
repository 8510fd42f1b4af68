import { z } from 'zod'

/** A customer of customer-vehicle as far as signing in asks: whether a phone is one's. */
export const CustomerRow = z.object({
  id: z.uuid(),
  /** Null for a customer who has an account, or has not proved the phone yet. */
  phoneIndex: z.string().nullable(),
  version: z.number().int(),
})
