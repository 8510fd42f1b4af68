import { answerOf } from '@forecourt/platform/answer'
import { roadOver } from '@forecourt/platform/over'
import { Kept, KeptOfCustomer } from '@forecourt/platform/personal-export'
import { problem } from '@forecourt/platform/problem'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { admit, send, type Gathering, type Passed } from './gathering.ts'
import { prefixes } from './routes.ts'
import type { Upstream } from './upstream.ts'

const ASK_MS = 10_000
/** Knows people by every id of theirs, and says who may know of them. */
const OWNER = 'customer-vehicle'

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

/** What a service keeps, or that it knows better than to say so. */
type Told = { kept: z.infer<typeof KeptOfCustomer> } | { refusal: Passed }

/** The services judge the caller, each by what it knows. Half an export would be a false one. */
export function exportCustomers(app: FastifyInstance, gathering: Gathering): void {
  const { [OWNER]: owner, ...rest } = gathering.upstreams
  const others = Object.values(rest)
  for (const prefix of prefixes) {
    app.get<{ Params: { id: string } }>(
      `${prefix}${customerExport.path}`,
      async (request, reply) => {
        const headers = await admit(app, gathering, request, reply)
        const owned = await ask(owner, headers, encodeURIComponent(request.params.id))
        if ('refusal' in owned) return send(reply, owned.refusal)
        const { id, accountId, pair, kept } = owned.kept
        const query = accountId === null ? '' : `?accountId=${accountId}&pair=${pair}`
        const told = await Promise.all(others.map((one) => ask(one, headers, id + query)))
        const refusals = told.flatMap((one) => ('refusal' in one ? [one.refusal] : []))
        const refusal = refusals.find(({ status }) => status !== 404)
        if (refusal) return send(reply, refusal)
        const parts = others.map(({ name }, place) => {
          const one = told[place]
          return [name, one && 'kept' in one ? one.kept.kept : {}] as const
        })
        const services = { [OWNER]: kept, ...Object.fromEntries(parts) }
        const found = { id, accountId, exportedAt: new Date().toISOString(), services }
        return send(reply, answerOf(customerExport, found, { query: undefined }, request.id))
      },
    )
  }
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
