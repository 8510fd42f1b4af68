import { Amount, GivenAmount, GivenDifference, Quantity } from '@forecourt/contracts/money'
import { z } from 'zod'
import { availableMilli, type StockLevelRow } from './stock-level.ts'

/** One line of the stock ledger; it is never changed. */
export const StockMovementRow = z.object({
  id: z.uuid(),
  itemId: z.uuid(),
  serviceCenterId: z.uuid().nullable(),
  movementType: z.enum(['in', 'out', 'transfer', 'adjustment']),
  /** Negative when it left. */
  quantityMilli: z.number().int(),
  valueMinor: z.number().int(),
  referenceType: z.enum(['opening', 'purchase', 'sale', 'job_card', 'transfer', 'adjustment']),
  referenceId: z.uuid(),
  reason: z.string().nullable(),
  performedBy: z.uuid().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
})
export type StockMovementRow = z.infer<typeof StockMovementRow>

/** What a movement says beside where and how much. */
export type Cause = Pick<
  StockMovementRow,
  'movementType' | 'referenceType' | 'referenceId' | 'reason' | 'performedBy'
>

export const StockMovement = StockMovementRow.omit({ quantityMilli: true, valueMinor: true })
  .extend({
    quantity: Quantity,
    unitCost: Amount,
    value: Amount,
    fromLocation: z.uuid().nullable(),
    toLocation: z.uuid().nullable(),
  })
  .meta({ id: 'StockMovement' })

export function shownMovement({
  quantityMilli,
  valueMinor,
  ...movement
}: StockMovementRow): z.output<typeof StockMovement> {
  const isIn = quantityMilli > 0
  return {
    ...movement,
    quantity: quantityMilli,
    value: valueMinor,
    unitCost: Math.round((valueMinor * 1_000) / quantityMilli),
    fromLocation: isIn ? null : movement.serviceCenterId,
    toLocation: isIn ? movement.serviceCenterId : null,
  }
}

/** The body of an adjustment: a counted difference, up or down. */
export const AdjustStock = z.object({
  itemId: z.uuid('Choose an item'),
  /** None is the central warehouse. */
  serviceCenterId: z.uuid('Choose a service center').nullish(),
  quantity: GivenDifference.refine((milli) => milli !== 0, 'Must not be 0'),
  /** What a unit cost; without it the item's cost price counts. Only for what comes in. */
  unitCost: GivenAmount.optional(),
  reason: z.string().trim().min(3, 'Say why in a few words').max(500),
})
export type AdjustStock = z.infer<typeof AdjustStock>

export const Adjusted = z
  .object({
    movement: StockMovement,
    currentStock: Quantity,
    reserved: Quantity,
    available: Quantity,
  })
  .meta({ id: 'StockAdjustment' })

export function shownAdjustment({
  movement,
  held: { level },
}: {
  movement: StockMovementRow
  held: { level: StockLevelRow }
}): z.output<typeof Adjusted> {
  return {
    movement: shownMovement(movement),
    currentStock: level.onHandMilli,
    reserved: level.reservedMilli,
    available: availableMilli(level),
  }
}
