import { metrics } from '@forecourt/platform/metrics'
import type { FastifyInstance } from 'fastify'
import { measured } from './measures.ts'
import type { Upstream } from './upstream.ts'

const PROBE_MS = 1_000

/**
 * `/livez`: this process, and the probe of an orchestrator, for one service that is away must not
 * take the door to all others. `/readyz`: whether every service is ready, each with its checks.
 */
export function answerProbes(app: FastifyInstance, upstreams: Upstream[]): void {
  app.get('/livez', async () => ({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    const found = await Promise.all(upstreams.map(async (one) => [one.name, await probe(one)]))
    const services = Object.fromEntries(found) as Record<string, { status: string }>
    const isReady = Object.values(services).every(({ status }) => status === 'ready')
    reply.code(isReady ? 200 : 503).header('cache-control', 'no-store')
    return { status: isReady ? 'ready' : 'not ready', services }
  })
}

/** `/metrics` at the door itself, for a developer; nobody outside shall read it in production. */
export function showMeasures(app: FastifyInstance, upstreams: Upstream[]): void {
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await measured(upstreams)),
  )
}

async function probe({ pool }: Upstream): Promise<{ status: string; checks?: unknown }> {
  try {
    const signal = AbortSignal.timeout(PROBE_MS)
    const { body } = await pool.request({ method: 'GET', path: '/readyz', signal })
    const { status, checks } = (await body.json()) as { status: string; checks: unknown }
    return { status, checks }
  } catch {
    // Whatever kept it from answering in time, it cannot be reached.
    return { status: 'unreachable' }
  }
}
