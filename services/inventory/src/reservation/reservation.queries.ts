import {
  ReservationConfirmed,
  ReservationExpired,
  ReservationFilled,
  ReservationIssued,
  ReservationReleased,
} from '@forecourt/contracts/inventory-events'
import type { EventContract } from '@forecourt/contracts/event'
import { machine } from '@forecourt/platform/machine'
import { changeRow } from '@forecourt/platform/row'
import { unschedule } from '@forecourt/platform/timer'
import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { coveredLines, reserve } from '../stock/stock-level.ts'
import { holdLevels, type HeldLevel, type Writing } from '../stock/level.queries.ts'
import { writeLevel } from '../stock/stock.queries.ts'
import {
  inOrderOfItems,
  stateOf,
  sumOf,
  type LineStatus,
  type ReservationLineRow,
  type ReservationRow,
} from './reservation.ts'

/** The deadline at which a reservation that nobody confirmed gives its stock back. */
export const EXPIRE = 'reservation.expire'

/** Every move is the house's own: documents ask for it by their events. */
export const lifecycle = machine<ReservationRow>()({
  states: ['placed', 'confirmed', 'issued', 'released', 'expired'],
  start: 'placed',
  moves: {
    confirm: { from: ['placed'], to: 'confirmed', may: 'system', says: ReservationConfirmed },
    expire: { from: ['placed'], to: 'expired', may: 'system', says: ReservationExpired },
    release: {
      from: ['placed', 'confirmed'],
      to: 'released',
      may: 'system',
      says: ReservationReleased,
    },
    issue: { from: ['placed', 'confirmed'], to: 'issued', may: 'system', says: ReservationIssued },
  },
})

/** A reservation under its lock, taken after those of the levels of its items. */
export interface Held {
  reservation: ReservationRow
  lines: ReservationLineRow[]
  levels: Map<string, HeldLevel>
}

/** Locks a reservation with the stock it is of; undefined when there is none of this id. */
export async function holdReservation(db: Kysely<Tables>, id: string): Promise<Held | undefined> {
  // What a reservation is of never changes, so it may be read before anything is locked.
  const lines = await linesOf(db, id)
  const [first] = lines
  if (!first) return undefined
  const itemIds = lines.map(({ itemId }) => itemId)
  const levels = await holdLevels(db, first.serviceCenterId, itemIds)
  const reservation = await lockReservation(db, id)
  return { reservation, lines: await linesOf(db, id), levels }
}

function lockReservation(db: Kysely<Tables>, id: string): Promise<ReservationRow> {
  return db
    .selectFrom('reservation')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

function linesOf(db: Kysely<Tables>, id: string): Promise<ReservationLineRow[]> {
  return db
    .selectFrom('reservationLine')
    .selectAll()
    .where('reservationId', '=', id)
    .orderBy('position')
    .execute()
}

export async function setLines(
  db: Kysely<Tables>,
  lines: readonly ReservationLineRow[],
  status: LineStatus,
): Promise<void> {
  if (lines.length === 0) return
  const ids = lines.map(({ id }) => id)
  await db.updateTable('reservationLine').set({ status }).where('id', 'in', ids).execute()
}

export function setAside(
  writing: Writing,
  held: HeldLevel,
  lines: readonly { quantityMilli: number }[],
): Promise<HeldLevel> {
  if (lines.length === 0) return Promise.resolve(held)
  return writeLevel(writing, held, reserve(held.level, sumOf(lines)))
}

export function levelOf(levels: Map<string, HeldLevel>, itemId: string): HeldLevel {
  const held = levels.get(itemId)
  if (!held) throw new Error(`There is no item ${itemId}.`)
  return held
}

/** Moves a reservation, and tells of it with its lines as they are now. */
export async function move(
  writing: Writing,
  id: string,
  name: keyof typeof lifecycle.moves,
): Promise<void> {
  const { to, says } = lifecycle.moves[name]
  if (says) await change(writing, id, says, { status: to })
}

/** Tells of lines that changed while the reservation itself stays what it is. */
export async function change(
  writing: Writing,
  id: string,
  says: EventContract,
  changes: Partial<Pick<ReservationRow, 'status'>> = {},
): Promise<void> {
  // Read anew: stock that was given back may have filled another line of the same reservation.
  const before = await lockReservation(writing.db, id)
  const now = await changeRow(writing, 'reservation', before, changes)
  writing.emit(says, now.version, stateOf(now, await linesOf(writing.db, id)))
}

/** The document counts on its reservation. One that had expired meanwhile is set aside anew. */
export async function confirmReservation(writing: Writing, id: string): Promise<void> {
  const held = await holdReservation(writing.db, id)
  if (held?.reservation.status === 'expired') return reopen(writing, held)
  if (held?.reservation.status !== 'placed') return
  await unschedule(writing, EXPIRE, id)
  await move(writing, id, 'confirm')
}

async function reopen(writing: Writing, { reservation, lines, levels }: Held): Promise<void> {
  for (const [itemId, ofItem] of inOrderOfItems(lines)) {
    const level = levelOf(levels, itemId)
    const covered = coveredLines(level.level, ofItem)
    await setLines(writing.db, covered, 'reserved')
    await setLines(
      writing.db,
      ofItem.filter((line) => !covered.includes(line)),
      'waiting',
    )
    await setAside(writing, level, covered)
  }
  await change(writing, reservation.id, ReservationFilled, { status: 'confirmed' })
}

/**
 * Gives what is available at a held level to those who wait for it, oldest first: to each that it
 * covers whole.
 */
export async function fillWaiting(writing: Writing, held: HeldLevel): Promise<HeldLevel> {
  const { itemId, serviceCenterId } = held.level
  if (serviceCenterId === null) return held
  const waiting = await writing.db
    .selectFrom('reservationLine')
    .selectAll()
    .where('itemId', '=', itemId)
    .where('serviceCenterId', '=', serviceCenterId)
    .where('status', '=', 'waiting')
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const covered = coveredLines(held.level, waiting)
  await setLines(writing.db, covered, 'reserved')
  const fortunate = new Set(covered.map(({ reservationId }) => reservationId))
  for (const id of [...fortunate].toSorted()) await change(writing, id, ReservationFilled)
  return setAside(writing, held, covered)
}
