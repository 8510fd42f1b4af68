import { service } from '@forecourt/platform/service'
import { z } from 'zod'
import { tellHeads } from './audit-line/audit-chain.jobs.ts'
import * as auditLine from './audit-line/audit-line.routes.ts'
import * as verification from './audit-line/verification.routes.ts'
import { auditLines, replicas } from './consumers.ts'
import * as dashboard from './dashboard/dashboard.routes.ts'
import { figures } from './figure/figures.consumers.ts'
import * as kept from './personal-data/personal-data.routes.ts'

export const reporting = service({
  name: 'reporting',
  about: 'Dashboards and the audit log',
  config: z.object({}),
  migrations: [new URL('../migrations/', import.meta.url)],
  means: ({ personal }) => ({ personal }),
  endpoints: [
    ...Object.values(dashboard),
    ...Object.values(verification),
    ...Object.values(auditLine),
    ...Object.values(kept),
  ],
  consumers: [auditLines, replicas],
  projections: [figures],
  jobs: [tellHeads],
})
