import { schemaName, serviceNames } from '@forecourt/contracts/service-name'
import { groupOf, topicsOf } from '@forecourt/platform/delivery'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { sleep } from '@forecourt/platform/pause'
import { consumersOf } from '@forecourt/platform/groups'
import pg from 'pg'
import { services } from '../services.ts'
import type { Stack } from './stack.ts'

const LOOK_MS = 500
/** Lines of the audit that no answer waits for are written a moment later. */
const STILL_MS = 2_000

/**
 * Waits until nothing is under way: all ready, outboxes empty, consumers at the end of their
 * topics, messages sent, no deadline due. Answers what is still under way when it took too long.
 */
export async function untilCalm(stack: Stack, withinMs: number): Promise<string[]> {
  const bus = connectBus({
    brokers: stack.kafkaBrokers.split(','),
    prefix: '',
    clientId: 'chaos',
    log: openLog('chaos', 'fatal'),
  })
  try {
    const end = Date.now() + withinMs
    let stillSince = Infinity
    for (;;) {
      const underWay = await lookAround(stack, bus)
      if (underWay.length > 0) stillSince = Infinity
      else stillSince = Math.min(stillSince, Date.now())
      if (Date.now() - stillSince >= STILL_MS) return []
      if (Date.now() > end || !stack.lives) return underWay
      await sleep(LOOK_MS)
    }
  } finally {
    await bus.close()
  }
}

async function lookAround(stack: Stack, bus: ReturnType<typeof connectBus>): Promise<string[]> {
  try {
    const answer = await fetch(`${stack.url}/readyz`, { signal: AbortSignal.timeout(5_000) })
    if (!answer.ok) return [`not ready: ${await answer.text()}`]
    return [...(await waitingRows(stack.databaseUrl)), ...(await waitingEvents(bus))]
  } catch (error) {
    return [`something is away: ${(error as Error).message}`]
  }
}

async function waitingRows(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 3_000,
    query_timeout: 5_000,
  })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const counts = serviceNames.flatMap((service) => {
      const schema = schemaName(service)
      return [
        `select 'events in the outbox of ${service}' as what, count(*)::int as rows
           from ${schema}.outbox where parked_at is null`,
        `select 'deadlines of ${service}', count(*)::int
           from ${schema}.timer where due_at <= now() or tries > 0`,
      ]
    })
    counts.push(`select 'messages on their way', count(*)::int from notification.message
      where status in ('queued', 'sending', 'unknown')`)
    const { rows } = await client.query<{ what: string; rows: number }>(counts.join(' union all '))
    return rows.flatMap(({ what, rows: count }) => (count > 0 ? [`${count} ${what}`] : []))
  } finally {
    await client.end()
  }
}

async function waitingEvents(bus: ReturnType<typeof connectBus>): Promise<string[]> {
  const behind: string[] = []
  for (const service of services) {
    const { name } = service
    for (const consumer of consumersOf(service)) {
      const group = groupOf(name, consumer)
      const lag = await bus.lagOf(group, topicsOf(consumer))
      if (lag > 0) behind.push(`${lag} events before ${group}`)
    }
  }
  return behind
}
