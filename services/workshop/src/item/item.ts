import { z } from 'zod'

/** An item of inventory's catalogue, as far as this service must know it. */
export const ItemRow = z.object({
  id: z.uuid(),
  itemCode: z.string(),
  name: z.string(),
  unit: z.string(),
  unitPriceMinor: z.number().int(),
  currency: z.string(),
  isDiscontinued: z.boolean(),
  version: z.number().int(),
})
export type ItemRow = z.infer<typeof ItemRow>

/** What is free of an item at one place; no center is the central warehouse. */
export const StockLevelRow = z.object({
  id: z.uuid(),
  itemId: z.uuid(),
  serviceCenterId: z.uuid().nullable(),
  availableMilli: z.number().int(),
  version: z.number().int(),
})
