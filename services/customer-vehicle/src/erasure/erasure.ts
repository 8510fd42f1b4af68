import { z } from 'zod'

/** That a customer was erased: ids alone. */
export const ErasureRow = z.object({
  /** The customer's. */
  id: z.uuid(),
  accountId: z.uuid().nullable(),
  erasedBy: z.uuid().nullable(),
  erasedAt: z.string(),
  version: z.number().int(),
})

export const ErasedCustomer = z
  .object({ id: z.uuid(), erasedAt: z.string() })
  .meta({ id: 'ErasedCustomer' })

/** The last word under a customer's key comes when no consumer needs the ids any more. */
export const TOMBSTONE_AFTER_MS = 30 * 24 * 3_600_000
