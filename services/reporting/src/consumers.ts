import { AuditRecorded } from '@forecourt/contracts/audit'
import { serviceNames } from '@forecourt/contracts/service-name'
import { lineOf } from './audit-line/audit-line.ts'
import { appendLine } from './audit-line/audit-line.queries.ts'
import { consumer, on } from './db.ts'

/** What every service says was done in it, this one included. */
export const auditLines = consumer(
  'audit',
  serviceNames.map((service) =>
    on(AuditRecorded[service], ({ db }, told) => appendLine(db, lineOf(service, told))),
  ),
)
