import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type pg from 'pg'
import { openApp } from './app.ts'
import { BaseConfig, ConfigFault, readConfig } from './config.ts'
import { openPool } from './database.ts'
import type { House } from './house.ts'
import type { Bus } from './bus.ts'
import { connectBus } from './kafka.ts'
import { healthOf } from './health.ts'
import { limiterOver } from './limit.ts'
import { openLog } from './log.ts'
import { rolesOver } from './me.ts'
import { watchLoop } from './loop-watch.ts'
import { countProcess } from './metrics.ts'
import { mount } from './mount.ts'
import { documentRoutes } from './openapi.ts'
import { personalData } from './personal.ts'
import { answerProbes } from './probes.ts'
import { connectRedis } from './redis.ts'
import { relayCaller } from './relay-call.ts'
import type { AnyService } from './service.ts'
import { openSettings } from './settings.ts'
import { endWhenTold } from './shutdown.ts'
import { openTracer } from './tracing.ts'
import { acceptTokens } from './token.ts'
import { startWorkers, type Workers } from './workers.ts'

/** A service that runs, in this process. */
export interface Running {
  url: string
  app: FastifyInstance
  pool: pg.Pool
  bus: Bus
  redis: Redis
  house: House
  close(): Promise<void>
}

/**
 * Opens a service: configuration, engines, road, workers, probes; answers when it listens.
 * `stalled` hears of a consumer that has lag and does not move.
 */
export async function open(
  service: AnyService,
  env: Record<string, string | undefined>,
  stalled: (group: string) => void = () => undefined,
): Promise<Running> {
  // Whatever the service adds, the base is there.
  const schema = BaseConfig.extend(service.config.shape) as unknown as typeof BaseConfig
  const { config, warnings } = readConfig(schema, env)
  const log = openLog(service.name, config.LOG_LEVEL)
  for (const warning of warnings) log.warn(warning)
  const url = config.DATABASE_URL
  const pool = openPool({ url, max: config.DATABASE_POOL_MAX })
  // Requests and events must not wait for each other's connections.
  const workerPool = openPool({ url, max: config.DATABASE_WORKER_POOL_MAX })
  const redis = connectRedis(config.REDIS_URL, log)
  const bus = connectBus({
    brokers: config.KAFKA_BROKERS,
    prefix: config.KAFKA_PREFIX,
    clientId: service.name,
    log,
  })
  const personal = personalData(config.PERSONAL_KEYS, config.BLIND_INDEX_KEY)
  const tracer = await openTracer(service.name, config, log)
  const app = openApp(config, log)
  const call = relayCaller({ service: service.name, pool, log })
  const settings = await openSettings(pool, log)
  const boot = { config, log, pool, redis, personal, settingOf: settings.of }
  const means = await service.means(boot as never)
  let workers: Workers | undefined
  const house: House = {
    service: service.name,
    app,
    pool,
    log,
    personal,
    tracer,
    means: { ...means, health: () => healthOf({ house, bus, service, workers }) },
    asides: new Set(),
    limiter: limiterOver(redis),
    roles: rolesOver(pool),
    settingOf: settings.of,
    wakeRelay: () => (workers?.relay.leads ? workers.relay.wake() : call()),
  }
  await documentRoutes(app, service.about)
  await acceptTokens(app, config.JWKS_URL)
  answerProbes(house, () => workers)
  if (config.ROLE !== 'worker') mount(house, service.endpoints)
  if (config.ROLE !== 'api') {
    const { consumers = [], projections = [], timers = [], jobs = [] } = service
    const work = { consumers, projections, timers, jobs, stalled }
    const working = { ...house, pool: workerPool }
    workers = startWorkers(working, bus, { ...work, stallMs: config.CONSUMER_STALL_MS })
  }
  const address = await app.listen({ host: config.HOST, port: config.PORT })
  log.info({ url: address }, `${service.name} listens`)
  return { url: address, app, pool, bus, redis, house, close }

  async function close(): Promise<void> {
    await app.close()
    await settings.close()
    await Promise.all(house.asides)
    await workers?.stop()
    await service.close?.(means as never)
    await bus.close()
    redis.disconnect()
    await Promise.all([pool.end(), workerPool.end()])
    await tracer?.close()
  }
}

/** Runs a service as this process's whole purpose, until it is told to end. */
export async function serve(service: AnyService): Promise<void> {
  countProcess()
  const stalled = () => process.exit(1)
  const running = await open(service, process.env, stalled).catch((error: unknown) => {
    const text = error instanceof ConfigFault ? error.message : String((error as Error).stack)
    process.stderr.write(`${service.name} cannot start.\n${text}\n`)
    process.exit(1)
  })
  watchLoop(running.house.log)
  endWhenTold(running.house.log, () => running.close())
}
