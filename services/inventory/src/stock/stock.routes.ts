import { endpoint } from '../db.ts'
import { adjustStock } from './adjustment.queries.ts'
import { Adjusted, AdjustStock, shownAdjustment } from './movement.ts'
import { refuseForeignPlace } from './place.queries.ts'

export const adjust = endpoint('POST /inventory/adjustments', {
  about: 'Correct the stock of an item at one place, up or down.',
  may: 'stock.adjust',
  message: 'Stock adjusted',
  body: AdjustStock,
  returns: Adjusted,
  async handle(context, { body }) {
    const { itemId, quantity: quantityMilli, unitCost: unitCostMinor, reason } = body
    const serviceCenterId = body.serviceCenterId ?? null
    await refuseForeignPlace(context, serviceCenterId)
    const adjusting = { itemId, serviceCenterId, quantityMilli, unitCostMinor }
    const cause = { reason, performedBy: context.me.userId }
    return shownAdjustment(await adjustStock(context, adjusting, cause))
  },
})
