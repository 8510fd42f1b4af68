import type { ServiceName } from '@forecourt/contracts/service-name'
import { problem } from '@forecourt/platform/problem'
import { claimsOf } from '@forecourt/platform/token'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientAddress, type Callers } from './caller.ts'
import { charge, type Counting } from './charge.ts'
import type { Upstream } from './upstream.ts'

/** What answers that are gathered from every service are made with. */
export interface Gathering extends Counting {
  callers: Callers
  upstreams: Record<ServiceName, Upstream>
}

/** A service's status and its whole answer, as it is passed on. */
export interface Passed {
  status: number
  body: string
}

/**
 * Counts the request like all that are carried, and answers the headers that tell each service who
 * asks and from where. Throws `too_many_requests`, and `token_missing` for a caller without one.
 */
export async function admit(
  app: FastifyInstance,
  gathering: Gathering,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Record<string, string>> {
  const { authorization, 'user-agent': userAgent } = request.headers
  const client = clientAddress(request.ip, request.socket.remoteAddress)
  const userKey = await gathering.callers.userKey(authorization)
  charge(gathering, reply.raw, { client, userKey })
  if (!authorization || !(await claimsOf(app, authorization))) throw problem('token_missing')
  return {
    authorization,
    'x-request-id': request.id,
    'x-forwarded-for': client,
    ...(userAgent !== undefined && { 'user-agent': userAgent }),
  }
}

/** Sends what nobody may keep on its way. */
export function send(reply: FastifyReply, { status, body }: Passed): FastifyReply {
  reply.code(status).header('cache-control', 'no-store')
  return reply.type('application/json; charset=utf-8').send(body)
}
