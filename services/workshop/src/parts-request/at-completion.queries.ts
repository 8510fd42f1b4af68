import type { Context } from '@forecourt/platform/endpoint'
import { forbids } from '@forecourt/platform/machine'
import type { Me } from '@forecourt/platform/me'
import { sleep } from '@forecourt/platform/pause'
import { problem } from '@forecourt/platform/problem'
import { schedule } from '@forecourt/platform/timer'
import type { Kysely } from 'kysely'
import type { Means, Tables, Writing } from '../db.ts'
import { isUnderWay, lifecycle, partsOf, refuseForeignCard } from '../job-card/job-card.queries.ts'
import type { CompleteJobCard, JobCardRow } from '../job-card/job-card.ts'
import { allotParts } from '../job-card/used-parts.ts'
import { askInventory, withdrawLines } from './parts-request.queries.ts'
import { isOutstanding, type PartsRequestLineRow } from './parts-request.ts'

const LOOK_EVERY_MS = 50
/** How long stock is held for a completion that did not follow. */
const UNUSED_AFTER_MS = 60_000

/** The deadline at which what was asked for at a completion is given back, if it was not used. */
export const UNUSED = 'parts-request.unused'

interface Completing {
  params: { id: string }
  body: CompleteJobCard
}

/**
 * More may have been used than was reserved: what is missing is asked of inventory before the card
 * is completed, and its answer awaited for a moment, with nothing held. Throws
 * `stock_insufficient` and `stock_unanswered`; what was asked for is given back then.
 */
export async function reserveMissing(
  context: Context<Tables> & Means,
  { params: { id }, body: { partsUsed } }: Completing,
): Promise<void> {
  const { db, me, apart, requestId, stockAnswerMs } = context
  const card = await cardOf(db, id)
  // What may not be completed is refused by the move itself.
  if (!partsUsed || !card || forbids(lifecycle.moves.complete, card)) return
  refuseForeignCard(me, card)
  if (missingOf(await partsOf(db, id), partsUsed).length > 0) {
    await apart(requestId, (writing) => askMissing({ ...writing, me }, id, partsUsed))
  }
  const failed = await awaitAnswer(db, id, stockAnswerMs)
  if (failed.length === 0) return
  await apart(requestId, (writing) => giveBack(writing, id, failed))
  throw await refusalOf(db, failed)
}

function cardOf(db: Kysely<Tables>, id: string): Promise<JobCardRow | undefined> {
  return db.selectFrom('jobCard').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Whoever completes at the same time may have asked for it already. */
function missingOf(parts: PartsRequestLineRow[], partsUsed: CompleteJobCard['partsUsed']) {
  const covering = parts.filter((line) => line.status === 'reserved' || isAwaited(line))
  return allotParts(covering, partsUsed).missing
}

/** Whether a completion waits for a line: it has not been granted. */
function isAwaited(line: PartsRequestLineRow): boolean {
  return line.atCompletion && isOutstanding(line)
}

async function askMissing(
  writing: Writing & { me: Me },
  cardId: string,
  partsUsed: CompleteJobCard['partsUsed'],
): Promise<void> {
  const card = await lockCard(writing.db, cardId)
  const missing = missingOf(await partsOf(writing.db, cardId), partsUsed)
  if (forbids(lifecycle.moves.complete, card) || missing.length === 0) return
  const requestId = await askInventory(writing, card, missing, { atCompletion: true })
  const dueAt = new Date(Date.now() + UNUSED_AFTER_MS).toISOString()
  await schedule(writing, UNUSED, requestId, dueAt)
}

function lockCard(db: Kysely<Tables>, id: string): Promise<JobCardRow> {
  return db
    .selectFrom('jobCard')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** The lines that inventory has not granted in time, or not at all. */
async function awaitAnswer(
  db: Kysely<Tables>,
  cardId: string,
  patienceMs: number,
): Promise<PartsRequestLineRow[]> {
  const end = Date.now() + patienceMs
  for (;;) {
    const awaited = (await partsOf(db, cardId)).filter(isAwaited)
    const isAnswered = !awaited.some(({ status }) => status === 'requested')
    if (isAnswered || Date.now() > end) return awaited
    await sleep(LOOK_EVERY_MS)
  }
}

/** Gives back the requests of these lines, but for what a completion has used meanwhile. */
async function giveBack(
  writing: Writing,
  cardId: string,
  lines: readonly Pick<PartsRequestLineRow, 'partsRequestId'>[],
): Promise<void> {
  const card = await lockCard(writing.db, cardId)
  if (!isUnderWay(card)) return
  const requestIds = new Set(lines.map(({ partsRequestId }) => partsRequestId))
  const held = (await partsOf(writing.db, cardId)).filter(
    (line) =>
      requestIds.has(line.partsRequestId) && (isOutstanding(line) || line.status === 'reserved'),
  )
  await withdrawLines(writing, held)
}

async function refusalOf(db: Kysely<Tables>, failed: readonly PartsRequestLineRow[]) {
  const short = failed.find(({ status }) => status === 'short')
  if (!short) return problem('stock_unanswered', { retryAfterS: 2 })
  const { itemId, serviceCenterId, unit } = short
  const item = await db
    .selectFrom('item')
    .select('itemCode')
    .where('id', '=', itemId)
    .executeTakeFirstOrThrow()
  const level = await db
    .selectFrom('stockLevel')
    .select('availableMilli')
    .where('itemId', '=', itemId)
    .where('serviceCenterId', '=', serviceCenterId)
    .executeTakeFirst()
  const available = (level?.availableMilli ?? 0) / 1_000
  return problem('stock_insufficient', { itemCode: item.itemCode, available, unit })
}

/** The completion that a request was for did not follow: somebody changed the card meanwhile. */
export async function withdrawUnused(writing: Writing, partsRequestId: string): Promise<void> {
  const { jobCardId } = await writing.db
    .selectFrom('partsRequest')
    .select('jobCardId')
    .where('id', '=', partsRequestId)
    .executeTakeFirstOrThrow()
  await giveBack(writing, jobCardId, [{ partsRequestId }])
}
