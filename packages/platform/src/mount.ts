import type { FastifyReply } from 'fastify'
import { answerOf } from './answer.ts'
import { meantBy } from './by-body.ts'
import type { Endpoint, Meant } from './endpoint.ts'
import type { House } from './house.ts'
import { contextOf, write, type Written } from './journey.ts'
import { noteRead } from './note.ts'
import { documentationOf } from './openapi.ts'
import { charged, depart, identify, recallAnswer, settle, travel, type Arrival } from './road.ts'
import { readingOf } from './database.ts'
import { traceRequests } from './trace-http.ts'
import { within } from './trace.ts'

type Request = Parameters<typeof travel>[2]
type Work = Parameters<typeof write>[1]

/** Puts every endpoint of the service on its server. */
export function mount(house: House, endpoints: Endpoint[]): void {
  for (const endpoint of endpoints) {
    const carry = endpoint.kind === 'raw' ? ride : walk
    house.app.route({
      method: endpoint.method,
      url: endpoint.path,
      schema: documentationOf(endpoint),
      config: { errors: endpoint.errors },
      ...(house.tracer && { onRequest: traceRequests(house.tracer) }),
      handler: (request, reply) =>
        within(request.span, () => carry(house, meantBy(endpoint, request.body), request, reply)),
    })
  }
}

async function walk(house: House, endpoint: Meant, request: Request, reply: FastifyReply) {
  const arrival = await travel(house, endpoint, request)
  if (endpoint.answers === 'tokens') reply.header('cache-control', 'no-store')
  return send(reply, arrival)
}

function send(reply: FastifyReply, { status, body, etag }: Arrival): FastifyReply {
  if (etag) reply.header('etag', etag)
  return reply.code(status).type('application/json; charset=utf-8').send(body)
}

/** A raw endpoint goes the same way, but opens its transaction when its stream has been read. */
async function ride(house: House, endpoint: Meant, request: Request, reply: FastifyReply) {
  const me = await identify(house, endpoint, request)
  try {
    const journey = depart(house, endpoint, request, me)
    await recallAnswer(journey)
    return await charged(journey, async () => {
      const { db, judge } = readingOf<object>(house.pool, journey.scope)
      await judge()
      let written: Written | undefined
      const transact = async (work: Work) => {
        // One request has one ticket, however often it writes.
        written = await write(written ? { ...journey, ticket: undefined } : journey, work)
        return written.result
      }
      const raw = { request, reply, read: contextOf(journey, db), transact }
      const result = await endpoint.handle(raw as never, journey.input.params as never)
      if (endpoint.reads) noteRead(journey)
      if (reply.sent || result === reply) return reply
      if (written && written.result === result) return send(reply, written.answer)
      return send(reply, answerOf(endpoint, result, journey.input, request.id))
    })
  } catch (error) {
    return send(reply, await settle(house, endpoint, request, me, error))
  }
}
