import { PartsUsed } from '@forecourt/contracts/parts-request-events'
import type { Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { sql } from 'kysely'
import type { Writing } from '../db.ts'
import { factOf, raise } from '../parts-request/parts-request.queries.ts'
import type { PartsRequestLineRow } from '../parts-request/parts-request.ts'
import { partsOf } from './job-card.queries.ts'
import type { CompleteJobCard, JobCardRow } from './job-card.ts'

/**
 * What of each reserved line went into the vehicle: everything, unless the body says otherwise.
 * Throws `parts_not_reserved` when more was used of an item than was granted.
 */
export function usedOf(
  reserved: readonly PartsRequestLineRow[],
  partsUsed: CompleteJobCard['partsUsed'],
): PartsRequestLineRow[] {
  if (!partsUsed) return reserved.map((line) => ({ ...line, usedMilli: line.quantityMilli }))
  const lines = reserved.map((line) => ({ ...line, usedMilli: 0 }))
  const missing = new Set<string>()
  for (const { itemId, quantity, isWarranty, warrantyNumber } of partsUsed) {
    let left = quantity
    for (const line of lines) {
      const free = line.quantityMilli - line.usedMilli
      const taken = line.itemId === itemId && line.usedMilli === 0 ? Math.min(free, left) : 0
      if (taken === 0) continue
      line.usedMilli = taken
      line.isWarranty = isWarranty
      line.warrantyNumber = warrantyNumber ?? null
      left -= taken
    }
    if (left > 0) missing.add(lines.find((line) => line.itemId === itemId)?.itemName ?? itemId)
  }
  if (missing.size > 0) throw problem('parts_not_reserved', { items: [...missing].join(', ') })
  return lines
}

/** Writes what was used, and tells inventory: that leaves stock, the rest goes back. */
export async function useParts(
  { db, emit }: Writing,
  card: JobCardRow,
  body: CompleteJobCard,
): Promise<void> {
  const reserved = (await partsOf(db, card.id)).filter(({ status }) => status === 'reserved')
  const used = usedOf(reserved, body.partsUsed)
  for (const { id, usedMilli, isWarranty, warrantyNumber } of used) {
    await db
      .updateTable('partsRequestLine')
      .set({ usedMilli, isWarranty, warrantyNumber })
      .where('id', '=', id)
      .execute()
  }
  for (const [requestId, lines] of Map.groupBy(used, ({ partsRequestId }) => partsRequestId)) {
    const request = await raise(db, requestId, 'used')
    emit(PartsUsed, request.version, {
      ...factOf(request),
      lines: lines.map(({ id, usedMilli, isWarranty }) => ({
        lineId: id,
        quantityUsed: (usedMilli ?? 0) / 1_000,
        isWarranty,
      })),
    })
  }
}

/** Steps that are still open were done with the job. */
export async function completeSteps(
  { db, me }: Writing & { me: Me },
  cardId: string,
): Promise<void> {
  await db
    .updateTable('jobCardService')
    .set({ status: 'completed', completedBy: me.userId, completedAt: sql<string>`now()` })
    .where('jobCardId', '=', cardId)
    .where('status', 'in', ['pending', 'in_progress'])
    .execute()
}
