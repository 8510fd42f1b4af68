import { IncomingMessage, ServerResponse, type IncomingHttpHeaders } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'

/** They speak of one connection, never of what travels on it. */
const HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** What only we may say to a service, or what would make one take another address or method. */
const OURS = new RegExp(
  `^(?:${[
    'forwarded|via|true-client-ip|cf-connecting-ip',
    'x-(?:forwarded|real-ip|client-ip|cluster-client-ip)',
    'x-(?:user|service|internal|request-id)',
    'x-(?:original|rewrite|http-method|method-override)',
    // A caller may not decide what we record, nor add spans to a trace that is not theirs.
    'traceparent|tracestate|baggage',
  ].join('|')})`,
)
/** Each connection has its own, and undici speaks no `Expect`. */
const NOT_FORWARDED = new Set([...HOP, 'host', 'expect', 'set-cookie'])

export type ResponseHeaders = Record<string, string | string[] | number | undefined>

/** The headers a service gets: the caller's without what is ours to say, then ours. */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  ours: { requestId: string; address: string; protocol: string; traceparent?: string | undefined },
): string[] {
  const sent: string[] = []
  const named = listedIn(headers.connection)
  for (const name in headers) {
    if (NOT_FORWARDED.has(name) || OURS.test(name) || named?.has(name)) continue
    const value = headers[name]
    if (value !== undefined) sent.push(name, typeof value === 'string' ? value : value.join(', '))
  }
  sent.push('x-request-id', ours.requestId, 'x-forwarded-for', ours.address)
  sent.push('x-forwarded-proto', ours.protocol)
  if (ours.traceparent) sent.push('traceparent', ours.traceparent)
  return sent
}

/** The headers a caller gets: the service's, on top of those that every answer of ours has. */
export function responseHeaders(base: Readonly<ResponseHeaders>, upstream: IncomingHttpHeaders) {
  const sent: ResponseHeaders = { ...base }
  const named = listedIn(upstream.connection)
  for (const name in upstream) {
    if (HOP.has(name) || named?.has(name)) continue
    sent[name] = name === 'vary' ? joined(base['vary'], upstream[name]) : upstream[name]
  }
  return sent
}

/** Adds a name to `Vary` once. */
export function joined(one: ResponseHeaders[string], other: string | string[] | undefined): string {
  const names = [one, other].flat().filter((name) => name !== undefined)
  const all = names.join(', ').split(/\s*,\s*/)
  return [...new Map(all.map((name) => [name.toLowerCase(), name])).values()].join(', ')
}

/** `Connection: close, x-custom` makes x-custom a matter of that connection alone. */
function listedIn(connection: string | undefined): Set<string> | undefined {
  if (!connection || connection === 'keep-alive' || connection === 'close') return undefined
  return new Set(connection.toLowerCase().split(/\s*,\s*/))
}

/**
 * What helmet puts on every answer. It is the same for all of them, so helmet is asked once; a
 * page that needs to load something says so in a policy of its own.
 */
export function securityHeaders(): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Pictures of ours are shown in pages of the front end, which has another origin.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  })
  protect(response.req, response, () => undefined)
  return response.getHeaders() as Record<string, string>
}
