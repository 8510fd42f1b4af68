import { z } from 'zod'
import { event, Id } from './event.ts'

const Line = Id.describe('The line of the request.')

const PartsRequestFact = z.object({
  partsRequestId: Id.describe('The request; its reservation has the same id.'),
  jobCardId: Id.describe('The job card that needs the parts.'),
  serviceCenterId: Id.describe('The service center that does the job.'),
})

export const PartsRequested = event('workshop.parts-request.requested.v1', {
  key: 'partsRequestId',
  about: 'A job card needs parts; inventory answers with a reservation of the same id.',
  data: PartsRequestFact.extend({
    lines: z
      .array(
        z.object({
          lineId: Line,
          itemId: Id.describe('The item of the catalogue.'),
          quantity: z.number().describe('How much is needed, with at most three decimals.'),
        }),
      )
      .describe('What is needed, in the order of its urgency.'),
  }),
})

export const PartsAccepted = event('workshop.parts-request.accepted.v1', {
  key: 'partsRequestId',
  about: 'The job card took note of its reservation and counts on it.',
  data: PartsRequestFact,
})

export const PartsWithdrawn = event('workshop.parts-request.withdrawn.v1', {
  key: 'partsRequestId',
  about: 'The job card does not need these lines any more.',
  data: PartsRequestFact.extend({
    lineIds: z.array(Id).describe('The lines that are not needed.'),
  }),
})

export const PartsUsed = event('workshop.parts-request.used.v1', {
  key: 'partsRequestId',
  about: 'The job is done: what was used of each line leaves stock, the rest is given back.',
  data: PartsRequestFact.extend({
    lines: z
      .array(
        z.object({
          lineId: Line,
          quantityUsed: z.number().describe('How much of it went into the vehicle.'),
          isWarranty: z.boolean().describe('Whether somebody else pays for it.'),
        }),
      )
      .describe('What was used; a line that is not named was not used.'),
  }),
})
