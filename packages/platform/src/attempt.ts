import type pg from 'pg'
import { headOf, type EventHead } from './cloud-event.ts'
import type { Consumer, Subscription } from './consumer.ts'
import { inTransaction } from './database.ts'
import { bury } from './dead-letter.ts'
import type { Bus, ReceivedRecord } from './bus.ts'
import { takeEvent } from './inbox.ts'
import type { Log } from './log.ts'
import { durations } from './metrics.ts'
import { Outbox } from './outbox.ts'
import { systemScope } from './scope.ts'
import type { Tracer } from './trace.ts'

const age = durations('forecourt_event_age_seconds', 'Age of an event at its effect.', ['consumer'])

/** What brings events to one consumer. */
export interface Delivery<Tables, Means> {
  service: string
  pool: pg.Pool
  bus: Bus
  log: Log
  tracer?: Tracer | undefined
  means: Means
  wakeRelay(): void
  wakeJob(name: string): void
  /** Something was tried, well or badly: this consumer does not stand still. */
  moved?(group: string): void
  consumer: Consumer<Tables, Means>
}

/** How an attempt ends that did not fail. */
export type End = 'done' | 'duplicate' | 'ignored' | 'held' | 'poison'

interface Readable<Tables, Means> {
  head: EventHead
  subscription: Subscription<Tables, Means>
  /** Null is a tombstone. */
  data: unknown
}

/** Brings one record to its effect, once. Throws what the handler throws, and outages. */
export async function attempt<Tables, Means>(
  delivery: Delivery<Tables, Means>,
  group: string,
  record: ReceivedRecord,
): Promise<End> {
  let readable: Readable<Tables, Means> | undefined
  try {
    readable = read(delivery, record)
  } catch (error) {
    await bury(delivery.pool, { group, record, reason: 'poison', error, attempts: 1 })
    return 'poison'
  }
  if (!readable) return 'ignored'
  const end = await effect(delivery, group, record, readable)
  if (end === 'held') {
    await bury(delivery.pool, { group, record, reason: 'held', error: undefined, attempts: 0 })
  }
  const ageS = (Date.now() - Date.parse(readable.head.time)) / 1_000
  if (end === 'done' && ageS > 0) age.observe({ consumer: group }, ageS)
  return end
}

/** What nobody subscribed to is undefined; throws on what cannot be read: poison. */
function read<Tables, Means>(
  { consumer }: Delivery<Tables, Means>,
  record: ReceivedRecord,
): Readable<Tables, Means> | undefined {
  const head = headOf(record)
  const isTombstone = record.value === null
  // A tombstone ends the noun, whichever of the topic's events its owner named.
  const subscription = consumer.subscriptions.find(({ contract, forget }) =>
    isTombstone ? forget && contract.topic === record.topic : contract.type === head.type,
  )
  if (!subscription) return undefined
  if (record.value === null) return { head, subscription, data: null }
  const said: unknown = JSON.parse(record.value.toString())
  return { head, subscription, data: subscription.contract.data.parse(said) }
}

/** One transaction: the inbox row, the effect and the events it emits. */
async function effect<Tables, Means>(
  { pool, service, means, wakeRelay, wakeJob }: Delivery<Tables, Means>,
  group: string,
  record: ReceivedRecord,
  { head, subscription, data }: Readable<Tables, Means>,
): Promise<End> {
  const outbox = new Outbox(service, {
    correlationId: head.correlationId,
    causationId: head.id,
    ...(head.traceparent && { traceparent: head.traceparent }),
  })
  const woken = new Set<string>()
  const wake = (job: string) => void woken.add(job)
  const scope = systemScope(centerOf(data))
  const end = await inTransaction<Tables, End>(pool, scope, async (db, lastly) => {
    const found = await takeEvent(db, group, head, record)
    if (found !== 'done') return found
    const context = { ...means, db, emit: outbox.emit, wake, event: head }
    await (data === null ? subscription.forget?.(context) : subscription.handle(context, data))
    lastly(outbox.flushed())
    return 'done'
  })
  if (!outbox.isEmpty) wakeRelay()
  for (const job of woken) wakeJob(job)
  return end
}

function centerOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('serviceCenterId' in data)) return null
  return typeof data.serviceCenterId === 'string' ? data.serviceCenterId : null
}
