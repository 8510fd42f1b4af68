import type { Log } from '@forecourt/platform/log'
import { durations } from '@forecourt/platform/metrics'
import type { IncomingMessage, ServerResponse } from 'node:http'

const requests = durations(
  'forecourt_gateway_request_seconds',
  'Requests by upstream, method and status.',
  ['upstream', 'method', 'status'],
)

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const WORD = /^\.?[a-z][a-z.-]*$/
const CALLER_WENT = 499
/** Asked every few seconds for ever; their lines would bury the others. */
const PROBES = new Set(['/livez', '/readyz', '/metrics'])

/** Counts a request and writes its one line, when it has been answered or its caller has gone. */
export function noteRequest(
  log: Log,
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  told: { requestId: string; traceId?: string | undefined; upstream: string; beganMs: number },
): void {
  const ms = performance.now() - told.beganMs
  const status = response.writableFinished ? response.statusCode : CALLER_WENT
  const { requestId, traceId, upstream } = told
  requests.observe({ upstream, method, status: String(status) }, ms / 1_000)
  const path = shownPath(url)
  const shownMs = Math.round(ms * 10) / 10
  const level = PROBES.has(url) ? 'debug' : 'info'
  log[level]({ requestId, traceId, method, path, upstream, status, ms: shownMs }, 'answered')
}

/**
 * A path as the log may show it: without its query, and without whatever is neither a word nor an
 * id, for links carry secrets.
 */
export function shownPath(url: string): string {
  const question = url.indexOf('?')
  const path = question < 0 ? url : url.slice(0, question)
  return path
    .split('/')
    .map((segment) => (segment === '' || isPlain(segment) ? segment : '…'))
    .join('/')
}

function isPlain(segment: string): boolean {
  if (segment.length > 40) return false
  return WORD.test(segment) || segment === 'v1' || UUID.test(segment)
}
