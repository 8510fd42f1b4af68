import { Quantity } from '@forecourt/contracts/money'
import { z } from 'zod'

/** What is available of an item at one place fell to its reorder point. */
export const StockAlertRow = z.object({
  id: z.uuid(),
  itemId: z.uuid(),
  serviceCenterId: z.uuid().nullable(),
  availableMilli: z.number().int(),
  reorderPointMilli: z.number().int(),
  clearedAt: z.string().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type StockAlertRow = z.infer<typeof StockAlertRow>

/** An open alert, with what there is now. */
export const StockAlert = z
  .object({
    id: z.uuid(),
    itemId: z.uuid(),
    itemCode: z.string(),
    name: z.string(),
    unit: z.string(),
    serviceCenterId: z.uuid().nullable(),
    currentStock: Quantity,
    reserved: Quantity,
    available: Quantity,
    reorderPoint: Quantity,
    status: z.enum(['low_stock', 'out_of_stock']),
    purchaseRequestId: z.uuid().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'StockAlert' })
