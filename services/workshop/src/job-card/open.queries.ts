import { randomUUIDv7 } from 'node:crypto'
import { JobCardCreated } from '@forecourt/contracts/workshop-events'
import { documentNumber } from '@forecourt/platform/document-number'
import { problem } from '@forecourt/platform/problem'
import { asHouse, transition } from '@forecourt/platform/transition'
import type { Kysely } from 'kysely'
import type { Tables, Writing } from '../db.ts'
import { lifecycle as requests } from '../service-request/service-request.queries.ts'
import { stateOf, type ServiceRequestRow } from '../service-request/service-request.ts'
import { refuseTooLargeTotal } from './card-total.queries.ts'
import { lifecycle, tell } from './job-card.queries.ts'
import type { JobCardRow, OrderedService } from './job-card.ts'

/**
 * Opens the card of an approved request, which is under way from then on. Throws `not_found`,
 * `job_card_exists`, `request_not_approved` and `amount_too_large`.
 */
export async function insertJobCard(
  writing: Writing,
  requestId: string,
  services: readonly OrderedService[],
): Promise<string> {
  const request = await lockedRequest(writing.db, requestId)
  const step = { table: 'serviceRequest', id: requestId, move: 'start', tell: stateOf } as const
  await transition(asHouse(writing), requests, step)
  const { customerId, vehicleId, serviceCenterId, serviceLocation } = request
  const card = await writing.db
    .insertInto('jobCard')
    .values({
      id: randomUUIDv7(),
      jobCardNumber: documentNumber('JC', 'job_card_number'),
      serviceRequestId: requestId,
      customerId,
      vehicleId,
      serviceCenterId,
      status: lifecycle.start,
      isHomeService: serviceLocation === 'home',
      issuesReported: [],
      images: [],
      partsOpen: 0,
      currency: request.currency,
      paymentStatus: 'pending',
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await insertServices(writing.db, card, services)
  await refuseTooLargeTotal(writing.db, card)
  await tell(writing, JobCardCreated, card)
  return card.id
}

/** Its lock is what two openings of one request wait for. */
async function lockedRequest(db: Kysely<Tables>, id: string): Promise<ServiceRequestRow> {
  const request = await db
    .selectFrom('serviceRequest')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!request) throw problem('not_found')
  if (request.status === 'in_progress') throw problem('job_card_exists')
  const isReady = requests.moves.start.from.some((state) => state === request.status)
  if (!isReady) throw problem('request_not_approved', { status: request.status })
  return request
}

async function insertServices(
  db: Kysely<Tables>,
  { id: jobCardId, serviceCenterId }: JobCardRow,
  services: readonly OrderedService[],
): Promise<void> {
  if (services.length === 0) return
  const rows = services.map((service, position) => ({
    id: randomUUIDv7(),
    jobCardId,
    serviceCenterId,
    position,
    serviceType: service.serviceType,
    description: service.description,
    estimatedTimeMilli: service.estimatedTime ?? null,
    status: 'pending' as const,
    priceMinor: service.price,
    sacCode: service.sacCode,
    taxRateBp: service.taxRate,
  }))
  await db.insertInto('jobCardService').values(rows).execute()
}
