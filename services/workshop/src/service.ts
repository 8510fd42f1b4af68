import { service } from '@forecourt/platform/service'
import { z } from 'zod'
import * as approval from './approval/approval.routes.ts'
import * as componentWork from './component-work/component-work.routes.ts'
import { replicas } from './consumers.ts'
import type { Means, Tables } from './db.ts'
import { invoices } from './job-card/billing.consumers.ts'
import * as jobCard from './job-card/job-card.routes.ts'
import { lifecycle as jobCardLifecycle } from './job-card/job-card.queries.ts'
import { reservations } from './parts-request/parts-request.consumers.ts'
import * as partsRequest from './parts-request/parts-request.routes.ts'
import * as staff from './staff/staff.routes.ts'
import { lifecycle as serviceRequestLifecycle } from './service-request/service-request.queries.ts'
import * as serviceRequest from './service-request/service-request.routes.ts'

const WorkshopConfig = z.object({})

export const workshop = service<typeof WorkshopConfig, Tables, Means>({
  name: 'workshop',
  about: 'Service requests, job cards and the parts they need',
  config: WorkshopConfig,
  migrations: [new URL('../migrations/', import.meta.url)],
  means: ({ personal, config }) => ({ personal, transportKeys: config.TRANSPORT_KEYS }),
  endpoints: [
    ...Object.values(serviceRequest),
    ...Object.values(jobCard),
    ...Object.values(partsRequest),
    ...Object.values(approval),
    ...Object.values(componentWork),
    ...Object.values(staff),
  ],
  lifecycles: { 'service-request': serviceRequestLifecycle, 'job-card': jobCardLifecycle },
  consumers: [replicas, reservations, invoices],
})
