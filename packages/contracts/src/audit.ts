import { z } from 'zod'
import { event, Id, Instant, type EventContract } from './event.ts'
import { serviceNames, type ServiceName } from './service-name.ts'

/** One audit line: who did what to which thing, from where, with what before and after (masked). */
export const AuditLine = z.object({
  auditId: Id,
  at: Instant,
  userId: Id.nullable(),
  role: z.string().nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable().optional(),
  requestId: z.string(),
  /** The endpoint: `PUT /admin/service-centers/:id`. */
  action: z.string(),
  entity: z.string(),
  entityId: z.string().nullable(),
  serviceCenterId: Id.nullable(),
  outcome: z.enum(['done', 'refused', 'read']),
  /** The error reason of a refused attempt. */
  reason: z.string().nullable(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
})
export type AuditLine = z.infer<typeof AuditLine>

const about = 'A line for the audit log, carried to reporting.'
const recorded = serviceNames.map((service) => [
  service,
  event(`${service}.audit.recorded.v1`, { key: 'auditId', about, data: AuditLine }),
])

/** Every service records under its own topic, because only the owner produces to a topic. */
export const AuditRecorded = Object.fromEntries(recorded) as Record<
  ServiceName,
  EventContract<typeof AuditLine>
>
