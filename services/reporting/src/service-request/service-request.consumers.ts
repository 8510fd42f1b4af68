import { serviceRequestEvents } from '@forecourt/contracts/workshop-events'
import { on } from '../db.ts'
import { changesBetween } from '../figure/figure.ts'
import { dayIn, keep } from '../figure/figure.queries.ts'
import { countedOf, type ServiceRequestRow } from './service-request.ts'

/** How many requests wait for a manager, and how many were done. */
export const serviceRequests = (generation: number) =>
  serviceRequestEvents.map((contract) =>
    on(contract, async (context, { serviceRequestId: id, serviceCenterId, status }) => {
      const { db, event } = context
      const version = event.sequence
      const request: ServiceRequestRow = { generation, id, serviceCenterId, status, version }
      const day = await dayIn(db, serviceCenterId, event.time)
      await keep(context, 'serviceRequest', request, (before) =>
        changesBetween(before ? countedOf(before) : [], countedOf(request), day),
      )
    }),
  )
