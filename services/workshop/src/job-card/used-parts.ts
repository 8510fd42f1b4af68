import type { PartsRequestLineRow } from '../parts-request/parts-request.ts'
import type { CompleteJobCard } from './job-card.ts'

/** What went into a vehicle, by the lines that it was reserved in. */
export interface Allotted {
  lines: (PartsRequestLineRow & { usedMilli: number })[]
  /** What no line covers, each item once. */
  missing: { itemId: string; quantity: number }[]
}

/**
 * Takes what was used from the lines of its item, in their order. Without a word of what was used
 * it is everything that the work was reserved for. A line is of one kind: under warranty or not.
 */
export function allotParts(
  reserved: readonly PartsRequestLineRow[],
  partsUsed: CompleteJobCard['partsUsed'],
): Allotted {
  if (!partsUsed) return { lines: reserved.map(wholly), missing: [] }
  const lines = reserved.map((line) => ({ ...line, usedMilli: 0 }))
  const missing = new Map<string, number>()
  for (const { itemId, quantity, isWarranty, warrantyNumber } of partsUsed) {
    let left = quantity
    for (const line of lines) {
      const isFree = line.itemId === itemId && line.usedMilli === 0
      const taken = isFree ? Math.min(line.quantityMilli, left) : 0
      if (taken === 0) continue
      line.usedMilli = taken
      line.isWarranty = isWarranty
      line.warrantyNumber = warrantyNumber ?? null
      left -= taken
    }
    if (left > 0) missing.set(itemId, (missing.get(itemId) ?? 0) + left)
  }
  return { lines, missing: [...missing].map(([itemId, quantity]) => ({ itemId, quantity })) }
}

/** What an earlier try to complete the card had asked for is not part of the work. */
function wholly(line: PartsRequestLineRow) {
  return { ...line, usedMilli: line.atCompletion ? 0 : line.quantityMilli }
}
