import { serviceNames } from '@forecourt/contracts/service-name'
import { Moment } from '@forecourt/platform/moment'
import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { AuditLineRow, AuditLog, auditLogOf } from './audit-line.ts'

const filters = {
  userId: { type: z.uuid() },
  entityType: { type: z.string() },
  entityId: { type: z.string() },
  action: { type: z.string() },
  endpoint: { type: z.string() },
  outcome: { type: AuditLineRow.shape.outcome },
  serviceCenterId: { type: z.uuid() },
  service: { type: z.enum(serviceNames) },
  sequence: { type: z.coerce.number().int() },
  createdAt: { type: Moment },
  timestamp: { type: Moment, column: 'created_at' },
}

export const listAuditLogs = endpoint.list('GET /admin/audit-logs', {
  about: 'List what was done, tried and read, by whom.',
  may: 'audit.read',
  item: AuditLog,
  filters,
  sorts: { createdAt: 'created_at', timestamp: 'created_at', sequence: 'sequence' },
  from: ({ db }) => db.selectFrom('auditLine').selectAll(),
  row: auditLogOf,
})

export const getAuditLog = endpoint('GET /admin/audit-logs/:id', {
  about: 'Show one line of the audit log.',
  may: 'audit.read',
  returns: AuditLog,
  async handle({ db }, { params }) {
    const line = await db
      .selectFrom('auditLine')
      .selectAll()
      .where('id', '=', params.id)
      .executeTakeFirst()
    if (!line) throw problem('not_found')
    return auditLogOf(line)
  },
})
