import { PartsUsed } from '@forecourt/contracts/parts-request-events'
import type { Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { sql } from 'kysely'
import type { Writing } from '../db.ts'
import { factOf, raise } from '../parts-request/parts-request.queries.ts'
import { refuseTooLargeTotal } from './card-total.queries.ts'
import { partsOf } from './job-card.queries.ts'
import type { CompleteJobCard, JobCardRow } from './job-card.ts'
import { allotParts, type Allotted } from './used-parts.ts'

/**
 * Writes what was used, and tells inventory: that leaves stock, the rest goes back. Throws
 * `parts_not_reserved` when more was used of an item than the card holds, and `amount_too_large`.
 */
export async function useParts(
  { db, emit }: Writing,
  card: JobCardRow,
  body: CompleteJobCard,
): Promise<void> {
  const reserved = (await partsOf(db, card.id)).filter(({ status }) => status === 'reserved')
  const { lines: used, missing } = allotParts(reserved, body.partsUsed)
  if (missing.length > 0) throw problem('parts_not_reserved', { items: namesOf(missing, used) })
  for (const { id, usedMilli, isWarranty, warrantyNumber } of used) {
    await db
      .updateTable('partsRequestLine')
      .set({ usedMilli, isWarranty, warrantyNumber })
      .where('id', '=', id)
      .execute()
  }
  // Prices may have risen since the parts were asked for.
  await refuseTooLargeTotal(db, card)
  for (const [requestId, lines] of Map.groupBy(used, ({ partsRequestId }) => partsRequestId)) {
    const request = await raise(db, requestId, 'used')
    emit(PartsUsed, request.version, {
      ...factOf(request),
      lines: lines.map(({ id, usedMilli, isWarranty }) => ({
        lineId: id,
        quantityUsed: usedMilli / 1_000,
        isWarranty,
      })),
    })
  }
}

function namesOf(missing: Allotted['missing'], lines: Allotted['lines']): string {
  const nameOf = new Map(lines.map(({ itemId, itemName }) => [itemId, itemName]))
  return missing.map(({ itemId }) => nameOf.get(itemId) ?? itemId).join(', ')
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
