import { AuditRecorded } from '@forecourt/contracts/audit'
import {
  ServiceCenterChanged,
  ServiceCenterOpened,
  UserChanged,
  UserCreated,
} from '@forecourt/contracts/identity-events'
import { serviceNames } from '@forecourt/contracts/service-name'
import { lineOf } from './audit-line/audit-line.ts'
import { appendLine } from './audit-line/audit-line.queries.ts'
import { consumer, on, replica } from './db.ts'

/** What every service says was done in it, this one included. */
export const auditLines = consumer(
  'audit',
  serviceNames.map((service) =>
    on(AuditRecorded[service], ({ db }, told) => appendLine(db, lineOf(service, told))),
  ),
)

/** Local copies of what identity says of centers, and of the people who work there. */
export const replicas = consumer('replicas', [
  ...replica('serviceCenter', [ServiceCenterOpened, ServiceCenterChanged], (center) => ({
    code: center.code,
    name: center.name,
    isActive: center.isActive,
    timeZone: center.timeZone,
  })),
  ...replica('staff', [UserChanged, UserCreated], (user) => ({
    role: user.role,
    status: user.status,
    serviceCenterIds: user.serviceCenterIds,
  })),
])
