import { randomUUIDv7 } from 'node:crypto'
import { MOST_MILLI, MOST_MINOR } from '@forecourt/contracts/money'
import { problem } from '@forecourt/platform/problem'
import { fillWaiting } from '../reservation/reservation.queries.ts'
import type { ItemRow } from '../item/item.ts'
import type { Cause, StockMovementRow } from './movement.ts'
import { availableMilli, receive, withdraw, type StockLevelRow } from './stock-level.ts'
import { holdLevels, type HeldLevel, type Writing } from './level.queries.ts'
import { recordMovement, writeLevel } from './stock.queries.ts'

interface Adjusting {
  itemId: string
  serviceCenterId: string | null
  /** Signed. */
  quantityMilli: number
  /** For what comes in; the item's cost price where it is not known. */
  unitCostMinor: number | undefined
}

/**
 * Corrects the stock of one item at one place. What comes in goes to those who wait for it.
 * Throws `not_found` for an unknown item, `stock_insufficient` when more is taken than is free, and
 * `quantity_too_large` or `amount_too_large` for more than can lie at one place.
 */
export async function adjustStock(
  writing: Writing,
  { itemId, serviceCenterId, quantityMilli, unitCostMinor }: Adjusting,
  cause: Partial<Cause>,
): Promise<{ movement: StockMovementRow; held: HeldLevel }> {
  const held = (await holdLevels(writing.db, serviceCenterId, [itemId])).get(itemId)
  if (!held) throw problem('not_found')
  const { level, item } = held
  if (-quantityMilli > availableMilli(level)) throw insufficient(held)
  const moved =
    quantityMilli > 0
      ? receive(level, quantityMilli, unitCostMinor ?? item.costPriceMinor)
      : withdraw(level, -quantityMilli)
  if (quantityMilli > 0) refuseTooMuch(moved.level, item)
  const movement = await recordMovement(
    writing,
    held,
    { quantityMilli, valueMinor: quantityMilli > 0 ? moved.valueMinor : -moved.valueMinor },
    {
      movementType: 'adjustment',
      referenceType: 'adjustment',
      referenceId: randomUUIDv7(),
      reason: null,
      performedBy: null,
      ...cause,
    },
  )
  const now = await writeLevel(writing, held, moved.level)
  return { movement, held: quantityMilli > 0 ? await fillWaiting(writing, now) : now }
}

/** What lies there already may be given away, whatever it is worth. */
function refuseTooMuch(
  { onHandMilli, valueMinor }: StockLevelRow,
  { unit, currency }: ItemRow,
): void {
  if (onHandMilli > MOST_MILLI) {
    throw problem('quantity_too_large', { most: `${MOST_MILLI / 1_000} ${unit}` })
  }
  if (valueMinor > MOST_MINOR) {
    throw problem('amount_too_large', { most: `${MOST_MINOR / 100} ${currency}` })
  }
}

function insufficient({ level, item }: HeldLevel) {
  return problem('stock_insufficient', {
    itemCode: item.itemCode,
    unit: item.unit,
    available: availableMilli(level) / 1_000,
  })
}
