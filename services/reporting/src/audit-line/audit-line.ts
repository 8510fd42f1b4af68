import type { AuditLine } from '@forecourt/contracts/audit'
import { serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import { z } from 'zod'

const Values = z.record(z.string(), z.unknown()).nullable()

/** Who did what to which thing, from where; personal values came masked. Never changed again. */
export const AuditLineRow = z.object({
  id: z.uuid(),
  service: z.enum(serviceNames),
  /** Counts the lines of one service in the order of their arrival. */
  sequence: z.number().int(),
  userId: z.uuid().nullable(),
  role: z.string().nullable(),
  action: z.string(),
  endpoint: z.string(),
  entityType: z.string(),
  entityId: z.string().nullable(),
  serviceCenterId: z.uuid().nullable(),
  outcome: z.enum(['done', 'refused', 'read']),
  /** The error reason of a refused attempt. */
  reason: z.string().nullable(),
  oldValues: Values,
  newValues: Values,
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  requestId: z.string(),
  /** When it was done, and when it arrived here. */
  createdAt: z.string(),
  recordedAt: z.string(),
  /** The hash of the line before it, and its own over all that stands above. */
  previousHash: z.string(),
  hash: z.string(),
})
export type AuditLineRow = z.infer<typeof AuditLineRow>

export const AuditLog = AuditLineRow.extend({ timestamp: z.string() }).meta({ id: 'AuditLog' })

export function auditLogOf(line: AuditLineRow): z.infer<typeof AuditLog> {
  return { ...line, timestamp: line.createdAt }
}

/** A line as it is kept, without its place in the chain. */
export function lineOf(service: ServiceName, told: AuditLine) {
  return {
    id: told.auditId,
    service,
    userId: told.userId,
    role: told.role,
    action: actionOf(told.action),
    endpoint: told.action,
    entityType: told.entity,
    entityId: told.entityId,
    serviceCenterId: told.serviceCenterId,
    outcome: told.outcome,
    reason: told.reason,
    oldValues: told.before,
    newValues: told.after,
    ipAddress: told.address,
    userAgent: told.userAgent ?? null,
    requestId: told.requestId,
    createdAt: told.at,
  }
}

const VERBS: Record<string, string> = { POST: 'create', PUT: 'update', DELETE: 'delete' }

/**
 * One word for what an endpoint does: `login` for `POST /auth/login`, `approve` for
 * `PUT /purchase-orders/:id/approve`, else what its method means. A collection is a plural, so
 * `POST /service-centers` creates, and `POST /customers/lookup` is a deed of its own.
 */
export function actionOf(endpoint: string): string {
  const [method = '', path = ''] = endpoint.split(' ')
  if (method === 'GET') return 'read'
  const [, , ...rest] = path.split('/')
  const last = rest.at(-1) ?? ''
  const isStep = last !== '' && !last.startsWith(':')
  const isDeed = method === 'POST' ? !last.endsWith('s') : rest.at(-2)?.startsWith(':')
  if (method !== 'DELETE' && isStep && isDeed) return last
  return VERBS[method] ?? method.toLowerCase()
}
