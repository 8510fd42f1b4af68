import type { ServerResponse } from 'node:http'
import type { onRequestHookHandler } from 'fastify'
import type { Span, Tracer } from './trace.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The span of this request, while tracing is on. */
    span: Span | undefined
  }
}

const CALLER_WENT = 499

/** A request of which a span tells the route, never the address, for that may name a person. */
export interface Asked {
  method: string
  route: string | undefined
  /** The caller's header, as it came. */
  traceparent: unknown
}

/** Begins a span for each request of a route; it ends with the answer, or its caller's going. */
export function traceRequests(tracer: Tracer): onRequestHookHandler {
  return (request, reply, done) => {
    const { method, routeOptions, headers } = request
    const { traceparent } = headers
    const parent = typeof traceparent === 'string' ? traceparent : undefined
    const span = tracer.begin({ ...serverSpan(method, routeOptions.url), parent })
    request.span = span
    if (span.isRecorded) reply.raw.once('close', () => endAnswered(span, reply.raw))
    done()
  }
}

/**
 * A request as the gateway got it: always a trace of our own, drawn by us, so that nobody outside
 * decides what is recorded, or under which id; what the caller has given is linked.
 */
export function doorSpan(tracer: Tracer, { method, route, traceparent }: Asked): Span {
  const links = typeof traceparent === 'string' ? [traceparent] : []
  return tracer.begin({ ...serverSpan(method, route), links })
}

function serverSpan(method: string, route: string | undefined) {
  return {
    name: route ? `${method} ${route}` : method,
    kind: 'server' as const,
    attributes: { 'http.request.method': method, 'http.route': route },
  }
}

/** What the gateway asks a service. */
export function callSpan(parent: Span, method: string, service: string): Span {
  const attributes = { 'http.request.method': method, 'server.address': service }
  return parent.begin(method, 'client', attributes)
}

export function endAnswered(span: Span, response: ServerResponse): void {
  endWith(span, response.writableFinished ? response.statusCode : CALLER_WENT)
}

/** Tells the status of an answer; only our own failures count as faults. */
export function endWith(span: Span, status: number): void {
  span.note({ 'http.response.status_code': status })
  span.end(status >= 500 ? String(status) : undefined)
}
