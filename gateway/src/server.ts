import { randomUUID } from 'node:crypto'
import { hangUpAtTheEnd } from '@forecourt/platform/hang-up'
import type { Log } from '@forecourt/platform/log'
import { asProblem, problem } from '@forecourt/platform/problem'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { noteRequest } from './access-log.ts'
import type { AnswerHeaders } from './answer-headers.ts'
import type { GatewayConfig } from './config.ts'
import { answerClientError, answerProblem, refusalOf } from './refusal.ts'

const MOST_HEADER_BYTES = 16_384
/** Long enough for a photo over a slow line. */
const REQUEST_MS = 120_000

/** The HTTP server, without its routes. */
export function openServer(
  config: GatewayConfig,
  log: Log,
  answers: AnswerHeaders,
): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    trustProxy: config.TRUST_PROXY.length > 0 ? config.TRUST_PROXY : false,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: 72_000,
    // While closing we still serve who is connected, and tell them to connect anew.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: { maxHeaderSize: MOST_HEADER_BYTES },
    routerOptions: { ignoreTrailingSlash: true },
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    clientErrorHandler: answerClientError,
    frameworkErrors: (_error, { id, headers }, reply) => {
      reply.hijack()
      answerProblem(reply.raw, problem('route_unknown'), id, answers.for(headers.origin))
    },
  })
  app.setErrorHandler((error, { id, headers }, reply) => {
    const refused = asProblem(error)
    if (refused.status >= 500) log.error({ requestId: id, error })
    const refusal = refusalOf(refused, id)
    reply.code(refused.status).headers({ ...answers.for(headers.origin), ...refusal.headers })
    return reply.header('x-request-id', id).send(refusal.body)
  })
  hangUpAtTheEnd(app)
  app.setNotFoundHandler(unknownRoute)
  return app
}

/** Headers and notes of the pages that the gateway serves itself. */
export function ownAnswers(app: FastifyInstance, log: Log, answers: AnswerHeaders): void {
  app.addHook('onRequest', ({ id, headers }, reply, done) => {
    reply.headers({ ...answers.for(headers.origin), 'x-request-id': id })
    done()
  })
  app.addHook('onResponse', ({ id, raw }, reply, done) => {
    const beganMs = performance.now() - reply.elapsedTime
    noteRequest(log, raw, reply.raw, { requestId: id, upstream: 'gateway', beganMs })
    done()
  })
  // Preflights are answered here and not counted: they carry no token and reach no service.
  app.options('*', async ({ headers }, reply) => {
    const wanted = headers['access-control-request-headers']
    return reply.code(204).headers(answers.preflight(headers.origin, wanted)).send()
  })
  const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
  app.route({ method, url: '*', handler: unknownRoute })
}

function unknownRoute(): never {
  throw problem('route_unknown')
}

function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w-]{8,64}$/.test(header) ? header : randomUUID()
}
