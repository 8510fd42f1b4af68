import { Quantity } from '@forecourt/contracts/money'
import { z } from 'zod'
import { availableMilli, reorderPointOf, type StockLevelRow } from '../stock/stock-level.ts'

/** Somebody should buy this for that place. */
export const PurchaseRequestRow = z.object({
  id: z.uuid(),
  requestNumber: z.string(),
  itemId: z.uuid(),
  serviceCenterId: z.uuid().nullable(),
  quantityMilli: z.number().int(),
  cause: z.enum(['reorder_point', 'shortage']),
  /** The document that waits, when one does. */
  documentId: z.uuid().nullable(),
  status: z.enum(['open', 'closed']),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type PurchaseRequestRow = z.infer<typeof PurchaseRequestRow>

export const PurchaseRequest = PurchaseRequestRow.omit({ quantityMilli: true })
  .extend({ quantity: Quantity, itemCode: z.string(), name: z.string(), unit: z.string() })
  .meta({ id: 'PurchaseRequest' })

interface Thresholds {
  maxStockLevelMilli: number | null
  reorderPointMilli: number | null
}

/** How much to ask for: up to the highest level, else twice the reorder point; at least one. */
export function quantityToBuy(level: StockLevelRow, item: Thresholds): number {
  const goal =
    level.maxStockLevelMilli ?? item.maxStockLevelMilli ?? (reorderPointOf(level, item) ?? 0) * 2
  return Math.max(goal - availableMilli(level), 1_000)
}
