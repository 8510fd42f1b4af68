import { problem } from '@forecourt/platform/problem'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { canonicalPath } from './path.ts'
import { forward } from './forward.ts'
import { requestHeaders, type ResponseHeaders } from './headers.ts'
import { answerProblem } from './refusal.ts'
import type { Upstream } from './upstream.ts'

const PREFIX = '/dev/inbox'
/** What people read; the provider's side of the inbox is for the services alone. */
const READABLE = /^\/(?:(?:messages(?:\/.*)?|inbox\.(?:css|js)))?$/

/** The local inbox under our own address, in development only. */
export function showInbox(app: FastifyInstance, upstream: Upstream): void {
  for (const url of [PREFIX, `${PREFIX}/*`]) {
    app.get(url, (request, reply) => {
      const path = pathInInbox(request)
      if (path === undefined) throw problem('route_unknown')
      const base = reply.getHeaders() as ResponseHeaders
      reply.hijack()
      forward(request.raw, reply.raw, {
        upstream,
        target: path,
        headers: headersOf(request),
        base,
        fixed: { 'x-request-id': request.id },
        refuse: (refused) => answerProblem(reply.raw, refused, request.id, base),
      })
    })
  }
}

function pathInInbox({ raw }: FastifyRequest): string | undefined {
  const [path = '', ...query] = (raw.url ?? '').split('?')
  const whole = canonicalPath(path)
  const inside = whole === PREFIX ? '/' : whole?.slice(PREFIX.length)
  if (inside === undefined || !READABLE.test(inside)) return undefined
  return query.length > 0 ? `${inside}?${query.join('?')}` : inside
}

function headersOf({ headers, id, ip, protocol }: FastifyRequest): string[] {
  const sent = requestHeaders(headers, { requestId: id, address: ip, protocol })
  return [...sent, 'x-forwarded-prefix', PREFIX]
}
