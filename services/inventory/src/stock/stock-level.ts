import { z } from 'zod'

/** What is there of one item at one place. Quantities are thousandths of the item's unit. */
export const StockLevelRow = z.object({
  id: z.uuid(),
  itemId: z.uuid(),
  /** Null is the central warehouse. */
  serviceCenterId: z.uuid().nullable(),
  onHandMilli: z.number().int(),
  reservedMilli: z.number().int(),
  /** What the stock on hand has cost in all; divided by it, the moving average. */
  valueMinor: z.number().int(),
  /** Thresholds of this place; null means the item's. */
  minStockLevelMilli: z.number().int().nullable(),
  maxStockLevelMilli: z.number().int().nullable(),
  reorderPointMilli: z.number().int().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type StockLevelRow = z.infer<typeof StockLevelRow>

type Figures = Pick<StockLevelRow, 'onHandMilli' | 'reservedMilli' | 'valueMinor'>

/** What may still be promised to somebody. */
export function availableMilli({ onHandMilli, reservedMilli }: Figures): number {
  return onHandMilli - reservedMilli
}

/** Stock comes in at a cost per unit. Answers what it is worth, too. */
export function receive<Level extends Figures>(
  level: Level,
  quantityMilli: number,
  unitCostMinor: number,
): { level: Level; valueMinor: number } {
  const valueMinor = Math.round((quantityMilli * unitCostMinor) / 1_000)
  return {
    level: {
      ...level,
      onHandMilli: level.onHandMilli + quantityMilli,
      valueMinor: level.valueMinor + valueMinor,
    },
    valueMinor,
  }
}

/** Stock goes out at the moving average; the last of it takes what the roundings left. */
export function withdraw<Level extends Figures>(
  level: Level,
  quantityMilli: number,
): { level: Level; valueMinor: number } {
  const valueMinor = worthOf(level, quantityMilli)
  return {
    level: {
      ...level,
      onHandMilli: level.onHandMilli - quantityMilli,
      valueMinor: level.valueMinor - valueMinor,
    },
    valueMinor,
  }
}

function worthOf({ onHandMilli, valueMinor }: Figures, quantityMilli: number): number {
  if (onHandMilli <= 0) return 0
  return Math.round((valueMinor * quantityMilli) / onHandMilli)
}

/** The moving average of a unit's cost. */
export function unitCostMinor({ onHandMilli, valueMinor }: Figures): number {
  return onHandMilli === 0 ? 0 : Math.round((valueMinor * 1_000) / onHandMilli)
}

/** Sets aside, or gives back when `quantityMilli` is negative. */
export function reserve<Level extends Figures>(level: Level, quantityMilli: number): Level {
  return { ...level, reservedMilli: level.reservedMilli + quantityMilli }
}

/** Each line whole or not at all, in their order: which of them the available stock covers. */
export function coveredLines<Line extends { quantityMilli: number }>(
  level: Figures,
  lines: readonly Line[],
): Line[] {
  let left = availableMilli(level)
  return lines.filter(({ quantityMilli }) => {
    if (quantityMilli > left) return false
    left -= quantityMilli
    return true
  })
}

interface Thresholds {
  reorderPointMilli: number | null
}

/** The reorder point that counts at a place: its own, else the item's. */
export function reorderPointOf(level: Thresholds, item: Thresholds): number | null {
  return level.reorderPointMilli ?? item.reorderPointMilli
}

/** Whether what is available fell to the reorder point. */
export function isLow(level: Figures, reorderPointMilli: number | null): boolean {
  return reorderPointMilli !== null && availableMilli(level) <= reorderPointMilli
}
