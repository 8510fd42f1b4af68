import type { ServiceName } from '@forecourt/contracts/service-name'
import type { SettingOf } from '@forecourt/contracts/settings'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import type { Limiter } from './limit.ts'
import type { Log } from './log.ts'
import type { Roles } from './me.ts'
import type { PersonalData } from './personal.ts'
import type { Tracer } from './trace.ts'

/** What the road needs of the service whose requests it carries. */
export interface House {
  service: ServiceName
  app: FastifyInstance
  pool: pg.Pool
  limiter: Limiter
  roles: Roles
  /** What administrators have decided, at this moment. */
  settingOf: SettingOf
  log: Log
  personal: PersonalData
  tracer: Tracer | undefined
  /** What the service's handlers are given beside the context. */
  means: object
  /** Work that no answer waits for, but the end of the process does. */
  asides: Set<Promise<void>>
  wakeRelay(): void
}
