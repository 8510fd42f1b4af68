import { ServiceHealth } from '@forecourt/platform/health'
import { answerOf } from '@forecourt/platform/answer'
import { roadOver } from '@forecourt/platform/over'
import { problem } from '@forecourt/platform/problem'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { admit, send, type Gathering, type Passed } from './gathering.ts'
import { prefixes } from './routes.ts'
import type { Upstream } from './upstream.ts'

const ASK_MS = 3_000

const SystemHealth = z.object({
  status: z.enum(['healthy', 'degraded']).describe('`healthy` when every service is.'),
  services: z.array(
    z.union([ServiceHealth, z.object({ service: z.string(), status: z.literal('unreachable') })]),
  ),
})

/** What each service said of itself to this caller. */
export const systemHealth = roadOver<object, { told: z.input<typeof SystemHealth> }>().endpoint(
  'GET /admin/system-health',
  {
    about: 'Show how all services are: what they need, and what waits, is parked or dead in them.',
    may: 'system.read',
    returns: SystemHealth,
    handle: async ({ told }) => told,
  },
)

interface Told {
  name: string
  health?: ServiceHealth
  /** The service knows the caller, and refuses: its status and its whole answer. */
  refusal?: Passed
}

/** The services judge the caller, each by what it knows; one that refuses refuses for all. */
export function showSystemHealth(app: FastifyInstance, gathering: Gathering): void {
  const upstreams = Object.values(gathering.upstreams)
  for (const prefix of prefixes) {
    app.get(`${prefix}${systemHealth.path}`, async (request, reply) => {
      const headers = await admit(app, gathering, request, reply)
      const told = await Promise.all(upstreams.map((one) => ask(one, headers)))
      const { refusal } = told.find((one) => one.refusal) ?? {}
      if (refusal) return send(reply, refusal)
      if (told.every(({ health }) => !health)) {
        throw problem('service_unavailable', { retryAfterS: 2 })
      }
      return send(reply, answerOf(systemHealth, healthOf(told), { query: undefined }, request.id))
    })
  }
}

function healthOf(told: Told[]): z.input<typeof SystemHealth> {
  const services = told.map(({ name: service, health }) => {
    return health ?? { service, status: 'unreachable' as const }
  })
  const isHealthy = services.every(({ status }) => status === 'healthy')
  return { status: isHealthy ? 'healthy' : 'degraded', services }
}

async function ask({ name, pool }: Upstream, headers: Record<string, string>): Promise<Told> {
  try {
    const signal = AbortSignal.timeout(ASK_MS)
    const path = `${systemHealth.path}/${name}`
    const answer = await pool.request({ method: 'GET', path, headers, signal })
    const body = await answer.body.text()
    const status = answer.statusCode
    if (status === 401 || status === 403) return { name, refusal: { status, body } }
    if (status !== 200) return { name }
    const { data } = JSON.parse(body) as { data: unknown }
    return { name, health: ServiceHealth.parse(data) }
  } catch {
    // Whatever kept it from answering in time, it cannot be reached.
    return { name }
  }
}
