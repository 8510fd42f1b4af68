import { ReservationReleased } from '@forecourt/contracts/inventory-events'
import { unschedule } from '@forecourt/platform/timer'
import { reserve, withdraw } from '../stock/stock-level.ts'
import type { HeldLevel, Writing } from '../stock/level.queries.ts'
import { recordMovement, writeLevel } from '../stock/stock.queries.ts'
import {
  change,
  EXPIRE,
  fillWaiting,
  holdReservation,
  levelOf,
  move,
  setLines,
  type Held,
} from './reservation.queries.ts'
import {
  inOrderOfItems,
  isOpen,
  sumOf,
  type ReservationLineRow,
  type ReservationRow,
} from './reservation.ts'

/** Nobody confirmed it in time. */
export async function expire(writing: Writing, id: string): Promise<void> {
  const held = await holdReservation(writing.db, id)
  if (held?.reservation.status !== 'placed') return
  await giveBack(writing, held, held.lines)
  await move(writing, id, 'expire')
}

/** The document does not need these lines any more; what they held goes to those who wait. */
export async function releaseLines(
  writing: Writing,
  id: string,
  lineIds: readonly string[],
): Promise<void> {
  const held = await holdReservation(writing.db, id)
  const given = held?.lines.filter((line) => isOpen(line) && lineIds.includes(line.id)) ?? []
  if (!held || given.length === 0) return
  await giveBack(writing, held, given)
  const isDone = held.lines.every((line) => !isOpen(line) || given.includes(line))
  if (!isDone) return change(writing, id, ReservationReleased)
  await unschedule(writing, EXPIRE, id)
  await move(writing, id, 'release')
}

async function giveBack(
  writing: Writing,
  { levels }: Held,
  lines: readonly ReservationLineRow[],
): Promise<void> {
  await setLines(writing.db, lines, 'released')
  for (const [itemId, ofItem] of inOrderOfItems(lines)) {
    const freed = sumOf(ofItem.filter(({ status }) => status === 'reserved'))
    if (freed === 0) continue
    const held = levelOf(levels, itemId)
    await fillWaiting(writing, await writeLevel(writing, held, reserve(held.level, -freed)))
  }
}

/**
 * The document is done: what was used of each line leaves stock, the rest is given back. Lines
 * that are not named, and those that never got stock, are released.
 */
export async function issueReservation(
  writing: Writing,
  id: string,
  used: readonly { lineId: string; quantityMilli: number }[],
): Promise<void> {
  const held = await holdReservation(writing.db, id)
  if (held?.reservation.status !== 'placed' && held?.reservation.status !== 'confirmed') return
  const usedOf = new Map(used.map(({ lineId, quantityMilli }) => [lineId, quantityMilli]))
  const open = held.lines.filter(isOpen).map((line) => {
    const wanted = usedOf.get(line.id) ?? 0
    if (wanted > line.quantityMilli) throw new Error(`More was used of ${line.id} than it held.`)
    return { ...line, usedMilli: line.status === 'reserved' ? wanted : 0 }
  })
  const isUsed = ({ usedMilli }: UsedLine) => usedMilli > 0
  await setLines(writing.db, open.filter(isUsed), 'issued')
  await setLines(
    writing.db,
    open.filter((line) => !isUsed(line)),
    'released',
  )
  for (const [itemId, ofItem] of inOrderOfItems(open)) {
    const now = await issueItem(writing, held.reservation, levelOf(held.levels, itemId), ofItem)
    await fillWaiting(writing, now)
  }
  await unschedule(writing, EXPIRE, id)
  await move(writing, id, 'issue')
}

interface UsedLine extends ReservationLineRow {
  usedMilli: number
}

/** Takes what was used out of one level, a movement for each line, and frees what was held. */
async function issueItem(
  writing: Writing,
  { documentType, documentId }: ReservationRow,
  held: HeldLevel,
  lines: readonly UsedLine[],
): Promise<HeldLevel> {
  const cause = {
    movementType: 'out',
    referenceType: documentType === 'job_card' ? 'job_card' : 'sale',
    referenceId: documentId,
    reason: null,
    performedBy: null,
  } as const
  const freed = sumOf(lines.filter(({ status }) => status === 'reserved'))
  let level = reserve(held.level, -freed)
  for (const { usedMilli } of lines) {
    if (usedMilli === 0) continue
    const taken = withdraw(level, usedMilli)
    const moved = { quantityMilli: -usedMilli, valueMinor: -taken.valueMinor }
    await recordMovement(writing, held, moved, cause)
    level = taken.level
  }
  return freed === 0 ? held : writeLevel(writing, held, level)
}
