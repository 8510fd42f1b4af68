import type { ServiceName } from '@forecourt/contracts/service-name'
import type { Log } from '@forecourt/platform/log'
import { asProblem, problem } from '@forecourt/platform/problem'
import type { Span, Tracer } from '@forecourt/platform/trace'
import { callSpan, doorSpan, endAnswered } from '@forecourt/platform/trace-http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { noteRequest } from './access-log.ts'
import type { AnswerHeaders } from './answer-headers.ts'
import { checkLength } from './body.ts'
import { clientAddress, type Callers } from './caller.ts'
import { charge, type Counting } from './charge.ts'
import { forward } from './forward.ts'
import { requestHeaders, type ResponseHeaders } from './headers.ts'
import { answerProblem } from './refusal.ts'
import { addressOf, type Address } from './routes.ts'
import type { Upstream } from './upstream.ts'

export interface Carriage extends Counting {
  log: Log
  tracer: Tracer | undefined
  answers: AnswerHeaders
  callers: Callers
  upstreams: Record<ServiceName, Upstream>
}

/** One request on its way to a service. */
interface Ride {
  request: FastifyRequest
  reply: FastifyReply
  /** Whom it comes from, as far as we know them: the one address that a service is told. */
  client: string
  address: Address | undefined
  span: Span | undefined
  base: Readonly<ResponseHeaders>
  refuse: (error: unknown) => void
}

/** The way of every request to a service: find its door, count it, carry it, note it. */
export function carrierOf(carriage: Carriage) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    // From here on the connection is ours: Fastify neither reads the body nor writes the answer.
    reply.hijack()
    const ride = begin(carriage, request, reply)
    const user = carriage.callers.userKey(request.headers.authorization)
    if (user instanceof Promise) user.then((key) => go(carriage, ride, key)).catch(ride.refuse)
    else go(carriage, ride, user)
  }
}

function begin(
  { log, tracer, answers }: Carriage,
  request: FastifyRequest,
  reply: FastifyReply,
): Ride {
  const { raw, id, headers } = request
  const beganMs = performance.now()
  const address = addressOf(raw.url ?? '')
  const base = answers.for(headers.origin)
  const span = tracer && doorSpan(tracer, askedOf(request, address))
  const traceId = span?.traceId
  reply.raw.once('close', () => {
    const upstream = address?.service ?? 'none'
    noteRequest(log, raw, reply.raw, { requestId: id, traceId, upstream, beganMs })
    if (span) endAnswered(span, reply.raw)
  })
  function refuse(error: unknown): void {
    const refused = asProblem(error)
    if (refused.status >= 500) log.warn({ requestId: id, traceId, error }, 'refused')
    answerProblem(reply.raw, refused, id, base, address?.errors)
  }
  const client = clientAddress(request.ip, request.socket.remoteAddress)
  return { request, reply, client, address, span, base, refuse }
}

function askedOf({ method, headers }: FastifyRequest, address: Address | undefined) {
  const route = address && `${address.prefix}/*`
  return { method, route, traceparent: headers.traceparent }
}

function go(carriage: Carriage, ride: Ride, userKey: string | undefined): void {
  // The caller may have gone while their token was verified.
  if (ride.reply.raw.destroyed) return
  try {
    charge(carriage, ride.reply.raw, { client: ride.client, userKey })
    carry(carriage, ride)
  } catch (error) {
    ride.refuse(error)
  }
}

function carry({ upstreams }: Carriage, ride: Ride): void {
  const { request, reply, client, address, span, base, refuse } = ride
  if (!address) throw problem('route_unknown')
  checkLength(request.headers)
  const call = span && callSpan(span, request.method, address.service)
  forward(request.raw, reply.raw, {
    upstream: upstreams[address.service],
    target: address.path + address.query,
    headers: requestHeaders(request.headers, {
      requestId: request.id,
      address: client,
      protocol: request.protocol,
      traceparent: call?.traceparent,
    }),
    call,
    base,
    fixed: {
      'x-request-id': request.id,
      ...(address.isSecret && { 'cache-control': 'no-store' }),
    },
    refuse,
  })
}
