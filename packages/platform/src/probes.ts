import type { House } from './house.ts'
import { metrics } from './metrics.ts'
import { isJudgementClear, standingLines, standingOf } from './standing.ts'
import type { Workers } from './workers.ts'

const PROBE_MS = 1_000

/**
 * `/livez`: the process. `/readyz`: it can do its work: the database answers, roles have arrived,
 * and no fact about them is stuck. Kafka and Redis do not count once its consumers have joined:
 * without them commands wait in the outbox, and only limited routes refuse. `/metrics`: Prometheus.
 */
export function answerProbes(house: House, workers: () => Workers | undefined): void {
  const { app, pool } = house
  app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'ok' }))

  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const checks = await checksOf(house, workers())
    const ready = Object.values(checks).every(Boolean)
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks })
  })

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const standing = await inTime(standingOf(pool))
    const lines = standing ? standingLines(standing, workers()?.accessAgeS) : ''
    return reply.type(metrics.contentType).send(`${await metrics.metrics()}${lines}`)
  })
}

/** What a service needs to do its work, each with whether it has it. */
export async function checksOf(
  { pool, roles }: House,
  workers: Workers | undefined,
): Promise<Record<string, boolean>> {
  const [database, known, access] = await Promise.all([
    inTime(pool.query('select 1').then(() => true)),
    inTime(roles.areKnown()),
    inTime(isJudgementClear(pool)),
  ])
  return { database, roles: known, access, consumers: workers?.joined ?? true }
}

/** A probe answers no later than its time; whatever failed counts as no. */
export async function inTime<Value>(check: Promise<Value>): Promise<Value | false> {
  const late = new Promise<false>((resolve) => setTimeout(resolve, PROBE_MS, false).unref())
  return Promise.race([check.catch(() => false as const), late])
}
