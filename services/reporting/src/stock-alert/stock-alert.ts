import { z } from 'zod'
import type { Counted } from '../figure/figure.ts'

/** Inventory's alert, open while an item is at or below its reorder point at one place. */
export const StockAlertRow = z.object({
  generation: z.number().int(),
  id: z.uuid(),
  serviceCenterId: z.uuid(),
  isOpen: z.boolean(),
  version: z.number().int(),
})
export type StockAlertRow = z.infer<typeof StockAlertRow>

export function countedOf(alert: Pick<StockAlertRow, 'serviceCenterId' | 'isOpen'>): Counted[] {
  const { serviceCenterId, isOpen } = alert
  return isOpen ? [{ serviceCenterId, subjectId: serviceCenterId, name: 'low_stock_items' }] : []
}
