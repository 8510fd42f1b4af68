import {
  ReservationConfirmed,
  ReservationExpired,
  ReservationFilled,
  ReservationIssued,
  ReservationPlaced,
  ReservationReleased,
} from '@forecourt/contracts/inventory-events'
import { PartsRequested } from '@forecourt/contracts/parts-request-events'
import { sql } from 'kysely'
import { on } from '../db.ts'
import { waitingOf } from './parts-request.ts'

const everyAnswer = [
  ReservationConfirmed,
  ReservationExpired,
  ReservationFilled,
  ReservationIssued,
  ReservationPlaced,
  ReservationReleased,
]

/** Parts that cards wait for. The wish and its answer arrive in either order. */
export const partsRequests = (generation: number) => [
  on(PartsRequested, async ({ db }, { partsRequestId: id, jobCardId, serviceCenterId, lines }) => {
    const askedLines = lines.length
    await db
      .insertInto('partsRequest')
      .values({ generation, id, jobCardId, serviceCenterId, askedLines, version: 0 })
      .onConflict((conflict) => conflict.columns(['generation', 'id']).doUpdateSet({ askedLines }))
      .execute()
  }),
  ...everyAnswer.map((contract) =>
    on(contract, async ({ db, event }, told) => {
      if (told.documentType !== 'job_card') return
      const kept = { waitingLines: waitingOf(told), version: event.sequence }
      const { reservationId: id, documentId: jobCardId, serviceCenterId } = told
      await db
        .insertInto('partsRequest')
        .values({ generation, id, jobCardId, serviceCenterId, askedLines: 0, ...kept })
        .onConflict((conflict) =>
          conflict
            .columns(['generation', 'id'])
            .doUpdateSet(kept)
            .where(sql.ref('parts_request.version'), '<', event.sequence as never),
        )
        .execute()
    }),
  ),
]
