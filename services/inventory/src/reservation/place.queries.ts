import { ReservationPlaced } from '@forecourt/contracts/inventory-events'
import { schedule } from '@forecourt/platform/timer'
import type { Kysely } from 'kysely'
import { raisePurchaseRequest } from '../alert/alert.queries.ts'
import type { Tables } from '../db.ts'
import { coveredLines } from '../stock/stock-level.ts'
import { holdLevels, type HeldLevel, type Writing } from '../stock/level.queries.ts'
import { EXPIRE, levelOf, lifecycle, setAside } from './reservation.queries.ts'
import {
  CONFIRM_WITHIN_MS,
  inOrderOfItems,
  stateOf,
  sumOf,
  type LineStatus,
  type ReservationLineRow,
  type ReservationRow,
} from './reservation.ts'

interface Asked {
  id: string
  documentType: ReservationRow['documentType']
  documentId: string
  serviceCenterId: string
  lines: { lineId: string; itemId: string; quantityMilli: number }[]
}

/**
 * Sets stock aside for a document, each line whole or not at all, in their order. What is short
 * waits, and is asked for once. Prices are fixed here.
 */
export async function placeReservation(writing: Writing, asked: Asked): Promise<void> {
  const { id, documentType, documentId, serviceCenterId } = asked
  const levels = await holdLevels(
    writing.db,
    serviceCenterId,
    asked.lines.map(({ itemId }) => itemId),
  )
  const reservation = await writing.db
    .insertInto('reservation')
    .values({ id, documentType, documentId, serviceCenterId, status: lifecycle.start })
    .returningAll()
    .executeTakeFirstOrThrow()
  const lines: NewLine[] = []
  for (const [itemId, ofItem] of inOrderOfItems(asked.lines)) {
    const held = levelOf(levels, itemId)
    const covered = coveredLines(held.level, ofItem)
    for (const line of ofItem) {
      const status = covered.includes(line) ? 'reserved' : 'waiting'
      const position = asked.lines.indexOf(line)
      lines.push(newLine(reservation, { ...line, position, status }, held))
    }
    const now = await setAside(writing, held, covered)
    const short = sumOf(ofItem) - sumOf(covered)
    if (short > 0) {
      const wish = { quantityMilli: short, cause: 'shortage', documentId } as const
      await raisePurchaseRequest(writing, now, wish)
    }
  }
  const expiresAt = new Date(Date.now() + CONFIRM_WITHIN_MS).toISOString()
  const [written] = await Promise.all([
    insertLines(writing.db, lines),
    schedule(writing, EXPIRE, id, expiresAt),
  ])
  writing.emit(ReservationPlaced, reservation.version, stateOf(reservation, written))
}

type NewLine = Omit<ReservationLineRow, 'createdAt'>

function newLine(
  { id: reservationId, serviceCenterId }: ReservationRow,
  line: Asked['lines'][number] & { position: number; status: LineStatus },
  { item }: HeldLevel,
): NewLine {
  const { lineId: id, itemId, quantityMilli, position, status } = line
  const { name: description, unit, unitPriceMinor, currency, hsnCode, taxRateBp } = item
  const place = { reservationId, serviceCenterId, position }
  const price = { description, unit, unitPriceMinor, currency, hsnCode, taxRateBp }
  return { id, itemId, quantityMilli, status, ...place, ...price }
}

/** All in one statement, because others wait for this stock meanwhile. */
async function insertLines(
  db: Kysely<Tables>,
  lines: readonly NewLine[],
): Promise<ReservationLineRow[]> {
  const inOrder = lines.toSorted(inPosition)
  const written = await db.insertInto('reservationLine').values(inOrder).returningAll().execute()
  return written.toSorted(inPosition)
}

function inPosition(one: NewLine, other: NewLine): number {
  return one.position - other.position
}
