import { randomUUIDv7 } from 'node:crypto'
import { PartsRequested, PartsWithdrawn } from '@forecourt/contracts/parts-request-events'
import { JobCardChanged } from '@forecourt/contracts/workshop-events'
import type { Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { changeRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import type { Tables, Writing } from '../db.ts'
import { refuseTooLargeTotal } from '../job-card/card-total.queries.ts'
import { partsOf, tell } from '../job-card/job-card.queries.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import {
  isOutstanding,
  wholeStatusOf,
  type PartsRequestLineRow,
  type PartsRequestRow,
  type RequestParts,
} from './parts-request.ts'

/**
 * Asks inventory for parts, for a locked card that stays open until they are granted. Throws
 * `amount_too_large`.
 */
export async function insertPartsRequest(
  writing: Writing & { me: Me },
  card: JobCardRow,
  { items }: RequestParts,
): Promise<void> {
  await askInventory(writing, card, items, { atCompletion: false })
  await refuseTooLargeTotal(writing.db, card)
  const partsOpen = card.partsOpen + items.length
  await tell(writing, JobCardChanged, await changeRow(writing, 'jobCard', card, { partsOpen }))
}

/** Writes a request and has it brought to inventory. Answers its id. */
export async function askInventory(
  { db, emit, me }: Writing & { me: Me },
  card: JobCardRow,
  items: RequestParts['items'],
  kind: Pick<PartsRequestLineRow, 'atCompletion'>,
): Promise<string> {
  const request = await db
    .insertInto('partsRequest')
    .values({
      id: randomUUIDv7(),
      jobCardId: card.id,
      serviceCenterId: card.serviceCenterId,
      status: 'requested',
      requestedBy: me.userId,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const lines = await insertLines(db, request, items, kind)
  emit(PartsRequested, request.version, {
    ...factOf(request),
    lines: lines.map(({ id, itemId, quantityMilli }) => ({
      lineId: id,
      itemId,
      quantity: quantityMilli / 1_000,
    })),
  })
  return request.id
}

async function insertLines(
  db: Kysely<Tables>,
  { id: partsRequestId, jobCardId, serviceCenterId }: PartsRequestRow,
  items: RequestParts['items'],
  kind: Pick<PartsRequestLineRow, 'atCompletion'>,
): Promise<PartsRequestLineRow[]> {
  const known = await db
    .selectFrom('item')
    .selectAll()
    .where(
      'id',
      'in',
      items.map(({ itemId }) => itemId),
    )
    .execute()
  const itemOf = new Map(known.map((item) => [item.id, item]))
  const rows = items.map(({ itemId, quantity }, position) => {
    const item = itemOf.get(itemId)
    if (!item) throw problem('item_unknown')
    if (item.isDiscontinued) throw problem('item_discontinued', { itemCode: item.itemCode })
    const { name: itemName, unit, unitPriceMinor, currency } = item
    const place = { partsRequestId, jobCardId, serviceCenterId, position }
    const wish = { itemId, itemName, unit, quantityMilli: quantity, unitPriceMinor, currency }
    const open = { status: 'requested' as const, taxRateBp: 0, isWarranty: false }
    return { id: randomUUIDv7(), ...place, ...wish, ...open, ...kind }
  })
  await db.insertInto('partsRequestLine').values(rows).execute()
  const lines = await partsOf(db, jobCardId)
  return lines.filter((line) => line.partsRequestId === partsRequestId)
}

export function factOf({ id, jobCardId, serviceCenterId }: PartsRequestRow) {
  return { partsRequestId: id, jobCardId, serviceCenterId }
}

/** Gives back what a card does not need any more: everything that has not left stock. */
export async function withdrawParts(writing: Writing, cardId: string): Promise<void> {
  const parts = await partsOf(writing.db, cardId)
  const open = parts.filter((line) => isOutstanding(line) || line.status === 'reserved')
  await withdrawLines(writing, open)
}

/** Gives back lines of a locked card: what they hold, or their place among those who wait. */
export async function withdrawLines(
  { db, emit }: Writing,
  given: readonly PartsRequestLineRow[],
): Promise<void> {
  for (const [id, lines] of Map.groupBy(given, ({ partsRequestId }) => partsRequestId)) {
    const lineIds = lines.map((line) => line.id)
    await db
      .updateTable('partsRequestLine')
      .set({ status: 'released' })
      .where('id', 'in', lineIds)
      .execute()
    const request = await raise(db, id, await wholeStatus(db, id))
    emit(PartsWithdrawn, request.version, { ...factOf(request), lineIds })
  }
}

/** How a request stands as a whole, by its lines. */
export async function wholeStatus(db: Kysely<Tables>, requestId: string): Promise<string> {
  const lines = await db
    .selectFrom('partsRequestLine')
    .select('status')
    .where('partsRequestId', '=', requestId)
    .execute()
  return wholeStatusOf(lines)
}

/** Raises the version of a request, for the one event that tells of it. */
export async function raise(
  db: Kysely<Tables>,
  id: string,
  status: string,
): Promise<PartsRequestRow> {
  const before = await db
    .selectFrom('partsRequest')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  return changeRow({ db }, 'partsRequest', before, { status })
}
