import type { DataOf } from '@forecourt/contracts/event'
import { jobCardEvents, JobCardCompleted } from '@forecourt/contracts/workshop-events'
import { NotYet } from '@forecourt/platform/consumer'
import { json } from '@forecourt/platform/table'
import { consumer, on, replica } from '../db.ts'
import { billCard } from './bill.queries.ts'
import { JobCardRow } from './job-card.ts'

type Told = DataOf<typeof JobCardCompleted>

function cardOf({ jobCardId, ...card }: Told) {
  const { services, additionalServices, partsUsed } = JobCardRow.parse({
    ...card,
    id: jobCardId,
    version: 1,
  })
  return { ...card, id: jobCardId, services, additionalServices, partsUsed }
}

/** A local copy of every job card, so that it can be billed by hand too. */
export const jobCards = consumer(
  'job-cards',
  replica('jobCard', jobCardEvents, (told) => {
    const card = cardOf(told)
    return {
      jobCardNumber: card.jobCardNumber,
      serviceCenterId: card.serviceCenterId,
      customerId: card.customerId,
      status: card.status,
      currency: card.currency,
      services: json(card.services),
      additionalServices: json(card.additionalServices),
      partsUsed: json(card.partsUsed),
    }
  }),
)

/** Work that is done is billed: one draft, whoever is first. */
export const billing = consumer('billing', [
  on(JobCardCompleted, async (context, told) => {
    const now = new Date().toISOString()
    const couldBill = await billCard({ ...context, now }, cardOf(told), null)
    if (!couldBill) throw new NotYet('customer or center of job card', told.jobCardId)
  }),
])
