import type { ServiceName } from '@forecourt/contracts/service-name'
import type { SettingOf } from '@forecourt/contracts/settings'
import type { Redis } from 'ioredis'
import type pg from 'pg'
import type { z } from 'zod'
import type { BaseConfig } from './config.ts'
import type { Consumer } from './consumer.ts'
import { deadLetterEndpoints } from './dead-letter-endpoints.ts'
import { hasGroup } from './groups.ts'
import { showHealth } from './health.ts'
import type { Endpoint } from './endpoint.ts'
import type { Job } from './job.ts'
import type { Log } from './log.ts'
import type { Machine } from './machine.ts'
import type { PersonalData } from './personal.ts'
import type { AnyProjection, Projection } from './projection.ts'
import type { AnyRetelling, Retelling } from './reseal.ts'
import type { Timer } from './timer.ts'

/** What stands when a service opens the means of its handlers. */
export interface Boot<Config> {
  config: Config
  log: Log
  pool: pg.Pool
  redis: Redis
  personal: PersonalData
  /** What administrators have decided, at this moment. */
  settingOf: SettingOf
}

/** The table of contents of a service. */
export interface Service<Schema extends z.ZodObject, Tables, Means extends object> {
  name: ServiceName
  about: string
  config: Schema
  /** Folders of SQL migrations, run in order after the platform's own. */
  migrations: URL[]
  /** Opens what every handler, consumer, timer and job is given beside its context. */
  means: (boot: Boot<z.infer<Schema> & BaseConfig>) => Means | Promise<Means>
  /** Closes what `means` has opened. */
  close?: (means: Means) => Promise<void>
  endpoints: Endpoint[]
  /** noun → its lifecycle, for the state diagrams and the matrix of moves. */
  lifecycles?: Record<string, Machine<never, string, string>>
  consumers?: Consumer<Tables, Means>[]
  /** What it counts from its topics, and can count anew. */
  projections?: Projection<Tables, Means>[]
  timers?: Timer<Tables, Means>[]
  jobs?: Job<Tables, Means>[]
  /** Tables that keep another's sealed values under another name than its owner: ours → theirs. */
  copies?: Record<string, string>
  /** Its nouns whose topics keep sealed values. */
  retellings?: Retelling<Tables>[]
  /** What an operator asks of it by name, with options or without; the answer is to be read. */
  commands?: Record<string, (over: Commanded) => Promise<string>>
}

export interface Commanded extends Pick<Boot<object>, 'pool' | 'personal'> {
  options?: Readonly<Record<string, string>>
}

/** A service whose types nobody needs any more: what is run and tested. */
export interface AnyService {
  name: ServiceName
  about: string
  config: z.ZodObject
  migrations: URL[]
  means: (boot: never) => object | Promise<object>
  close?: ((means: never) => Promise<void>) | undefined
  endpoints: Endpoint[]
  lifecycles?: Record<string, Machine<never, string, string>> | undefined
  consumers?: Consumer<never, never>[] | undefined
  projections?: AnyProjection[] | undefined
  timers?: Timer<never, never>[] | undefined
  jobs?: Job<never, never>[] | undefined
  copies?: Record<string, string> | undefined
  retellings?: AnyRetelling[] | undefined
  commands?: Service<z.ZodObject, object, object>['commands'] | undefined
}

/** A service as it declares itself, with the endpoints that every service has. */
export function service<Schema extends z.ZodObject, Tables, Means extends object>(
  declared: Service<Schema, Tables, Means>,
): Service<Schema, Tables, Means> {
  const any = declared as unknown as AnyService
  const own = [showHealth, ...deadLetterEndpoints((group) => hasGroup(any, group))]
  return { ...declared, endpoints: [...declared.endpoints, ...own] }
}
