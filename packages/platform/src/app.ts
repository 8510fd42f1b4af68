import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { randomUUID } from 'node:crypto'
import type { BaseConfig } from './config.ts'
import { failureText } from './envelope.ts'
import { hangUpAtTheEnd } from './hang-up.ts'
import type { Log } from './log.ts'
import { durations } from './metrics.ts'
import { asProblem, Problem, problem } from './problem.ts'
import { readForm, readQuery } from './query-string.ts'
import { isSuspect, unstorable } from './storable.ts'
import { within } from './trace.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How the faults of a refusal are told at this address. */
    errors?: 'list' | undefined
  }
}

const BODY_LIMIT_BYTES = 1_048_576
const requests = durations('forecourt_http_request_seconds', 'Requests by route and status.', [
  'method',
  'route',
  'status',
])

/** The HTTP server of a service, without its endpoints. */
export function openApp(config: BaseConfig, log: Log): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.TRUST_PROXY,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    frameworkErrors: (error, request, reply) => void tell(error, request, reply),
    routerOptions: {
      ignoreTrailingSlash: true,
      querystringParser: readQuery,
    },
  })
  // The road checks input itself, in its own order; Fastify only carries.
  app.setValidatorCompiler(() => (value: unknown) => ({ value }))
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  acceptForms(app)
  hangUpAtTheEnd(app)
  app.setNotFoundHandler((request, reply) => refuse(reply, problem('route_unknown'), request.id))
  app.decorateRequest('span', undefined)
  app.setErrorHandler((error, request, reply) =>
    within(request.span, () => tell(error, request, reply)),
  )
  app.addHook('onResponse', async ({ method, routeOptions, log: line, id, span }, reply) => {
    const { statusCode, elapsedTime } = reply
    const route = routeOptions.url ?? 'unknown'
    requests.observe({ method, route, status: String(statusCode) }, elapsedTime / 1_000)
    const told = { requestId: id, method, route, status: statusCode, ms: elapsedTime }
    within(span, () => line.debug(told, 'answered'))
  })
  return app
}

/** JSON may be empty; forms are for webhooks; multipart stays a stream for its raw endpoint. */
function acceptForms(app: FastifyInstance): void {
  const json = app.getDefaultJsonParser('remove', 'remove')
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined)
    const text = body as string
    if (!isSuspect(text)) return json(request, text, done)
    return json(request, text, (error, read) => done(error ?? unstorable(read)))
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, readForm(body as string)),
  )
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null))
}

function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w-]{8,64}$/.test(header) ? header : randomUUID()
}

/** Every error, wherever it was thrown, in the envelope of the house; ours are logged. */
function tell(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const refused = transportProblem(error) ?? asProblem(error)
  const route = request.routeOptions.url
  if (refused.status === 503) {
    // Told by the hundred while an engine is away: one line each, without its stack.
    const { cause } = refused
    request.log.warn({ route, cause: cause instanceof Error ? cause.message : undefined }, 'away')
  } else if (refused.status >= 500) {
    request.log.error({ error, route }, 'failed')
  }
  return refuse(reply, refused, request.id)
}

function refuse(reply: FastifyReply, refused: Problem, requestId: string) {
  const { errors } = reply.routeOptions.config
  const { retryAfterS } = refused.details
  if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS))
  reply.code(refused.status).type('application/json; charset=utf-8')
  return reply.send(failureText(refused, requestId, errors))
}

const TRANSPORT: Record<string, () => Problem> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => problem('body_too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => problem('media_type_unsupported'),
  FST_ERR_BAD_URL: () => problem('route_unknown'),
  FST_ERR_MAX_PARAM_LENGTH: () => problem('route_unknown'),
}

/** Faults that the server itself found in a request, before the road began. */
function transportProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || error instanceof Problem || !('code' in error)) return undefined
  const code = String(error.code)
  if (TRANSPORT[code]) return TRANSPORT[code]()
  const isTheirs = 'statusCode' in error && Number(error.statusCode) < 500
  return code.startsWith('FST_ERR_') && isTheirs ? problem('body_unreadable') : undefined
}
