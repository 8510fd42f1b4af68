import {
  PartsAccepted,
  PartsRequested,
  PartsUsed,
  PartsWithdrawn,
} from '@forecourt/contracts/parts-request-events'
import { consumer, on } from '../db.ts'
import { placeReservation } from './place.queries.ts'
import { confirmReservation } from './reservation.queries.ts'
import { issueReservation, releaseLines } from './settle.queries.ts'

/** What job cards ask of the stock; a reservation has the id of the request it answers. */
export const partsRequests = consumer('parts-requests', [
  on(PartsRequested, (context, { partsRequestId, jobCardId, serviceCenterId, lines }) =>
    placeReservation(context, {
      id: partsRequestId,
      documentType: 'job_card',
      documentId: jobCardId,
      serviceCenterId,
      lines: lines.map(({ lineId, itemId, quantity }) => ({
        lineId,
        itemId,
        quantityMilli: Math.round(quantity * 1_000),
      })),
    }),
  ),
  on(PartsAccepted, (context, { partsRequestId }) => confirmReservation(context, partsRequestId)),
  on(PartsWithdrawn, (context, { partsRequestId, lineIds }) =>
    releaseLines(context, partsRequestId, lineIds),
  ),
  on(PartsUsed, (context, { partsRequestId, lines }) =>
    issueReservation(
      context,
      partsRequestId,
      lines.map(({ lineId, quantityUsed }) => ({
        lineId,
        quantityMilli: Math.round(quantityUsed * 1_000),
      })),
    ),
  ),
])
