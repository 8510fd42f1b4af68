import { serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import { readConfig } from '@forecourt/platform/config'
import { openLog, type Log } from '@forecourt/platform/log'
import { connectRedis } from '@forecourt/platform/redis'
import { acceptTokens } from '@forecourt/platform/token'
import { openTracer } from '@forecourt/platform/tracing'
import { answerHeaders } from './answer-headers.ts'
import { showApprovals } from './approval-page.ts'
import { callersOf } from './caller.ts'
import { carrierOf } from './carry.ts'
import { GatewayConfig, serviceUrls } from './config.ts'
import { exportCustomers } from './customer-export.ts'
import { serveDocs } from './docs.ts'
import { gatheredLines } from './gathered-lines.ts'
import { generalLimit } from './general-limit.ts'
import { showInbox } from './inbox.ts'
import { serveMeasures } from './measures.ts'
import { answerProbes, showMeasures } from './probes.ts'
import { openServer, ownAnswers } from './server.ts'
import { showSystemHealth } from './system-health.ts'
import { openUpstream, type Upstream } from './upstream.ts'

const carriedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** A gateway that runs, in this process. */
export interface RunningGateway {
  url: string
  /** Where `/metrics` is when it has a port of its own. */
  metricsUrl: string | undefined
  log: Log
  close(): Promise<void>
}

/** Opens the one door: configuration, means, routes; answers when it listens. */
export async function openGateway(
  env: Record<string, string | undefined>,
): Promise<RunningGateway> {
  const { config, warnings } = readConfig(GatewayConfig, env)
  const lines = gatheredLines(process.stdout)
  const log = openLog('gateway', config.LOG_LEVEL, lines)
  for (const warning of warnings) log.warn(warning)
  const tracer = await openTracer('gateway', config, log)
  const answers = answerHeaders(config.CORS_ORIGINS ?? [new URL(config.FRONTEND_URL).origin])
  const redis = connectRedis(config.REDIS_URL, log)
  const limit = generalLimit(redis, config.RATE_LIMIT_WINDOW_MS, log)
  const upstreams = openUpstreams(config)
  const inbox = config.INBOX_URL && openUpstream('inbox', config.INBOX_URL, 5_000)
  const app = openServer(config, log, answers)
  await acceptTokens(app, config.JWKS_URL)
  const callers = callersOf(app)
  const counts = {
    anonymous: config.RATE_LIMIT_MAX_REQUESTS,
    user: config.RATE_LIMIT_USER_MAX_REQUESTS,
  }
  const gathering = { callers, limit, counts, upstreams }
  await app.register(async (own) => {
    ownAnswers(own, log, answers)
    answerProbes(own, Object.values(upstreams))
    await serveDocs(own, Object.values(upstreams))
    showSystemHealth(own, gathering)
    exportCustomers(own, gathering)
    if (inbox) showInbox(own, inbox)
    if (config.NODE_ENV === 'production') return
    showMeasures(own, Object.values(upstreams))
    showApprovals(own)
  })
  await app.register(async (doors) => {
    // Bodies stay on the wire until a service takes them.
    doors.removeAllContentTypeParsers()
    doors.addContentTypeParser('*', (_request, _payload, done) => done(null))
    const handler = carrierOf({ log, tracer, answers, ...gathering })
    for (const url of ['/api/*', '/.well-known/*']) {
      doors.route({ method: carriedMethods, url, handler })
    }
  })
  const port = config.METRICS_PORT
  const measures =
    port === undefined
      ? undefined
      : await serveMeasures({ host: config.HOST, port }, Object.values(upstreams))
  const url = await app.listen({ host: config.HOST, port: config.PORT })
  log.info({ url }, 'the gateway listens')

  async function close(): Promise<void> {
    await app.close()
    await measures?.close()
    const pools = [...Object.values(upstreams), ...(inbox ? [inbox] : [])]
    await Promise.all(pools.map(({ pool }) => pool.close()))
    await limit.close()
    redis.disconnect()
    await tracer?.close()
    lines.flush()
  }
  return { url, metricsUrl: measures?.url, log, close }
}

function openUpstreams(config: GatewayConfig): Record<ServiceName, Upstream> {
  const urls = serviceUrls(config)
  const entries = serviceNames.map((name) => [
    name,
    openUpstream(name, urls[name], config.UPSTREAM_TIMEOUT_MS),
  ])
  return Object.fromEntries(entries) as Record<ServiceName, Upstream>
}
