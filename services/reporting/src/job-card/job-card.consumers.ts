import { jobCardEvents } from '@forecourt/contracts/workshop-events'
import { on } from '../db.ts'
import { changesBetween } from '../figure/figure.ts'
import { dayIn, keep } from '../figure/figure.queries.ts'
import { countedOf, type JobCardRow } from './job-card.ts'

/** The work of centers, and of each engineer. */
export const jobCards = (generation: number) =>
  jobCardEvents.map((contract) =>
    on(contract, async (context, told) => {
      const { db, event } = context
      const { serviceCenterId, status, assignedEngineer } = told
      const card: JobCardRow = {
        ...{ generation, id: told.jobCardId, version: event.sequence },
        ...{ serviceCenterId, status, assignedEngineer },
      }
      const day = await dayIn(db, serviceCenterId, event.time)
      await keep(context, 'jobCard', card, (before) =>
        changesBetween(before ? countedOf(before) : [], countedOf(card), day),
      )
    }),
  )
