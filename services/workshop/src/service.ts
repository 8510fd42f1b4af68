import { apartOver } from '@forecourt/platform/apart'
import { service } from '@forecourt/platform/service'
import { z } from 'zod'
import * as approval from './approval/approval.routes.ts'
import * as componentWork from './component-work/component-work.routes.ts'
import { customers, replicas } from './consumers.ts'
import type { Means, Tables } from './db.ts'
import { erasures } from './erasure/erasure.consumers.ts'
import * as kept from './erasure/export.routes.ts'
import { invoices } from './job-card/billing.consumers.ts'
import * as jobCard from './job-card/job-card.routes.ts'
import { lifecycle as jobCardLifecycle } from './job-card/job-card.queries.ts'
import { giveBackUnused } from './parts-request/at-completion.jobs.ts'
import { reservations } from './parts-request/parts-request.consumers.ts'
import * as partsRequest from './parts-request/parts-request.routes.ts'
import * as staff from './staff/staff.routes.ts'
import { lifecycle as serviceRequestLifecycle } from './service-request/service-request.queries.ts'
import * as serviceRequest from './service-request/service-request.routes.ts'

const WorkshopConfig = z.object({
  /** How long a completion waits for inventory to set aside what was used beyond the reserved. */
  STOCK_ANSWER_MS: z.coerce.number().int().min(1).max(20_000).default(2_000),
})

export const workshop = service<typeof WorkshopConfig, Tables, Means>({
  name: 'workshop',
  about: 'Service requests, job cards and the parts they need',
  config: WorkshopConfig,
  migrations: [new URL('../migrations/', import.meta.url)],
  means: ({ personal, config, pool, settingOf }) => ({
    personal,
    settingOf,
    transportKeys: config.TRANSPORT_KEYS,
    apart: apartOver(pool, 'workshop'),
    stockAnswerMs: config.STOCK_ANSWER_MS,
  }),
  endpoints: [
    ...Object.values(serviceRequest),
    ...Object.values(jobCard),
    ...Object.values(partsRequest),
    ...Object.values(approval),
    ...Object.values(componentWork),
    ...Object.values(staff),
    ...Object.values(kept),
  ],
  lifecycles: { 'service-request': serviceRequestLifecycle, 'job-card': jobCardLifecycle },
  consumers: [replicas, customers, reservations, invoices, erasures],
  timers: [giveBackUnused],
  copies: { staff: 'user' },
})
