import type { DataOf } from '@forecourt/contracts/event'
import {
  ReservationConfirmed,
  ReservationExpired,
  ReservationFilled,
  ReservationIssued,
  ReservationPlaced,
  ReservationReleased,
} from '@forecourt/contracts/inventory-events'
import { PartsAccepted, PartsWithdrawn } from '@forecourt/contracts/parts-request-events'
import type { Kysely } from 'kysely'
import { consumer, on, type Tables, type Writing } from '../db.ts'
import { isUnderWay } from '../job-card/job-card.queries.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import { follow } from './follow.queries.ts'
import { factOf, raise, wholeStatus } from './parts-request.queries.ts'
import { statusOf } from './parts-request.ts'

type Reservation = DataOf<typeof ReservationPlaced>

/** What inventory says of the parts of our cards. */
export const reservations = consumer('reservations', [
  on(ReservationPlaced, async (context, told) => {
    const card = await lockedCard(context.db, told)
    if (!card) return
    if (!isUnderWay(card)) return giveBack(context, told)
    await noteLines(context.db, told)
    const status = await wholeStatus(context.db, told.reservationId)
    const request = await raise(context.db, told.reservationId, status)
    context.emit(PartsAccepted, request.version, factOf(request))
    await follow(context, card)
  }),
  ...[ReservationFilled, ReservationReleased, ReservationIssued, ReservationConfirmed].map(
    (contract) =>
      on(contract, async (context, told) => {
        const card = await lockedCard(context.db, told)
        if (!card) return
        await noteLines(context.db, told)
        if (isUnderWay(card)) await follow(context, card)
      }),
  ),
  on(ReservationExpired, async (context, told) => {
    const card = await lockedCard(context.db, told)
    if (!card || !isUnderWay(card)) return
    // Our word that we count on it is on its way, and has it set aside anew.
    const lines = told.lines.map((line) => ({ ...line, status: 'waiting' }))
    await noteLines(context.db, { ...told, lines })
    await follow(context, card)
  }),
])

async function lockedCard(
  db: Kysely<Tables>,
  { documentType, documentId }: Reservation,
): Promise<JobCardRow | undefined> {
  if (documentType !== 'job_card') return undefined
  return db
    .selectFrom('jobCard')
    .selectAll()
    .where('id', '=', documentId)
    .forUpdate()
    .executeTakeFirst()
}

/** The card was called off before inventory answered. */
async function giveBack({ db, emit }: Writing, told: Reservation): Promise<void> {
  const request = await raise(db, told.reservationId, 'withdrawn')
  const lineIds = told.lines.map(({ lineId }) => lineId)
  emit(PartsWithdrawn, request.version, { ...factOf(request), lineIds })
}

/** What was given back here stays so, though inventory says of it what it knew before. */
async function noteLines(db: Kysely<Tables>, { lines }: Reservation): Promise<void> {
  for (const line of lines) {
    await db
      .updateTable('partsRequestLine')
      .set({
        status: statusOf(line.status),
        unitPriceMinor: line.unitPriceMinor,
        currency: line.currency,
        hsnCode: line.hsnCode,
        taxRateBp: Math.round(line.taxRate * 100),
      })
      .where('id', '=', line.lineId)
      .where('status', 'not in', ['issued', 'released'])
      .execute()
  }
}
