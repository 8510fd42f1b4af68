import type { ServiceName } from '@forecourt/contracts/service-name'
import { answerOf } from '@forecourt/platform/answer'
import { roadOver } from '@forecourt/platform/over'
import { Kept, KeptOfCustomer } from '@forecourt/platform/personal-export'
import { problem } from '@forecourt/platform/problem'
import { claimsOf } from '@forecourt/platform/token'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { clientAddress, type Callers } from './caller.ts'
import { charge, type Counting } from './charge.ts'
import { prefixes } from './routes.ts'
import type { Upstream } from './upstream.ts'

const ASK_MS = 10_000
/** Knows people by every id of theirs, and says who may know of them. */
const OWNER: ServiceName = 'customer-vehicle'

const CustomerExport = z
  .object({
    id: z.uuid(),
    accountId: z.uuid().nullable(),
    exportedAt: z.string(),
    services: z.record(z.string(), Kept).describe('What each service keeps, by its name.'),
  })
  .meta({ id: 'CustomerExport' })

/** What each service told this caller of one customer. */
export const customerExport = roadOver<object, { told: z.input<typeof CustomerExport> }>().endpoint(
  'GET /customers/:id/export',
  {
    about: 'Get all that is kept of a customer, in every service, as far as the caller may see it.',
    may: 'customer.export',
    returns: CustomerExport,
    handle: async ({ told }) => told,
  },
)

interface Told {
  kept?: z.infer<typeof KeptOfCustomer>
  /** The service knows better than to answer: its status and its whole answer. */
  refusal?: { status: number; body: string }
}

interface Exporting extends Counting {
  callers: Callers
  upstreams: Record<ServiceName, Upstream>
}

/** The services judge the caller, each by what it knows. Half an export would be a false one. */
export function exportCustomers(app: FastifyInstance, exporting: Exporting): void {
  const { upstreams, callers } = exporting
  for (const prefix of prefixes) {
    app.get<{ Params: { id: string } }>(
      `${prefix}${customerExport.path}`,
      async (request, reply) => {
        const { id: requestId, params } = request
        const { authorization } = request.headers
        const client = clientAddress(request.ip, request.socket.remoteAddress)
        const userKey = await callers.userKey(authorization)
        charge(exporting, reply.raw, { client, userKey })
        if (!authorization || !(await claimsOf(app, authorization))) throw problem('token_missing')
        const headers = headersOf(request, authorization, client)
        const whom = encodeURIComponent(params.id)
        const { kept: owned, refusal } = await ask(upstreams[OWNER], headers, whom)
        if (!owned) return send(reply, refusal)
        const { id, accountId, pair } = owned
        const query = accountId === null ? '' : `?accountId=${accountId}&pair=${pair}`
        const others = Object.values(upstreams).filter(({ name }) => name !== OWNER)
        const told = await Promise.all(others.map((one) => ask(one, headers, id + query)))
        const refused = told.find((one) => one.refusal && one.refusal.status !== 404)
        if (refused) return send(reply, refused.refusal)
        const parts = others.map(
          ({ name }, place) => [name, told[place]?.kept?.kept ?? {}] as const,
        )
        const services = { [OWNER]: owned.kept, ...Object.fromEntries(parts) }
        const found = { id, accountId, exportedAt: new Date().toISOString(), services }
        return send(reply, answerOf(customerExport, found, { query: undefined }, requestId))
      },
    )
  }
}

/** Every service is told who asks, as it is by whatever else we carry. */
function headersOf(request: FastifyRequest, authorization: string, client: string) {
  const userAgent = request.headers['user-agent']
  return {
    authorization,
    'x-request-id': request.id,
    'x-forwarded-for': client,
    ...(userAgent !== undefined && { 'user-agent': userAgent }),
  }
}

function send(reply: FastifyReply, answer: { status: number; body: string } | undefined) {
  if (!answer) throw problem('service_unavailable', { retryAfterS: 2 })
  reply.code(answer.status).header('cache-control', 'no-store')
  return reply.type('application/json; charset=utf-8').send(answer.body)
}

/** Throws `service_unavailable` when a service does not answer, or not as it should. */
async function ask(
  { name, pool }: Upstream,
  headers: Record<string, string>,
  whom: string,
): Promise<Told> {
  try {
    const signal = AbortSignal.timeout(ASK_MS)
    const path = `/personal-data/${name}/${whom}`
    const { statusCode: status, body } = await pool.request({
      method: 'GET',
      path,
      headers,
      signal,
    })
    const text = await body.text()
    if (status >= 400 && status < 500) return { refusal: { status, body: text } }
    const { data } = JSON.parse(text) as { data: unknown }
    return { kept: KeptOfCustomer.parse(data) }
  } catch (error) {
    throw problem('service_unavailable', { retryAfterS: 2 }, error)
  }
}
