import { attempt, type Delivery, type End } from './attempt.ts'
import { NotYet, type Consumer } from './consumer.ts'
import { bury } from './dead-letter.ts'
import type { Batch, ReceivedRecord, Stop } from './bus.ts'
import { Course, type Rest } from './course.ts'
import { counter } from './metrics.ts'
import { nap, sleep } from './pause.ts'
import { isContention, isOutage } from './problem.ts'
import { deliverySpan, endDelivered } from './trace-points.ts'
import { within } from './trace.ts'

const TRIES = 5
const LAG_TRIES_MS = 30_000
const OUTAGE_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

const consumed = counter(
  'forecourt_events_consumed_total',
  'Events by their end: done, duplicate, ignored, held, poison or parked.',
  ['consumer', 'end'],
)

/** Joins the consumer's group and brings it every event exactly once in effect. */
export async function deliver<Tables, Means>(delivery: Delivery<Tables, Means>): Promise<Stop> {
  const { service, bus, log, consumer } = delivery
  const courses = new Map<string, Course>()
  let stopped = false

  async function courseOf(batch: Batch): Promise<Course> {
    const place = `${batch.topic}/${batch.partition}`
    const known = courses.get(place)
    if (known?.isMine()) return known
    // All of it has ended before the same may be brought again.
    await known?.ended()
    const course = new Course(
      {
        log,
        isStopped: () => stopped,
        work: (record, isMine, rest) => takeRecord(delivery, record, isMine, rest),
      },
      batch,
    )
    courses.set(place, course)
    return course
  }

  const leave = await bus.consume(groupOf(service, consumer), topicsOf(consumer), async (batch) =>
    (await courseOf(batch)).take(batch),
  )
  return async () => {
    stopped = true
    await Promise.all([...courses.values()].map((course) => course.ended()))
    await leave()
  }
}

export function groupOf(service: string, consumer: { purpose: string }): string {
  return `${service}.${consumer.purpose}.v1`
}

export function topicsOf<Tables, Means>(consumer: Consumer<Tables, Means>): string[] {
  return [...new Set(consumer.subscriptions.map(({ contract }) => contract.topic))]
}

/**
 * Repeats one record until it had its effect, is buried, or is not ours any more; answers its end,
 * or nothing when it was given up. While it waits for its own sake it rests; while an engine is
 * away, so do all.
 */
export async function takeRecord<Tables, Means>(
  delivery: Delivery<Tables, Means>,
  record: ReceivedRecord,
  isMine: () => boolean,
  rest: Rest = (ms) => nap(ms, isMine),
): Promise<End | 'parked' | undefined> {
  const group = groupOf(delivery.service, delivery.consumer)
  const span = deliverySpan(delivery.tracer, group, record)
  return within(span, async () => {
    const end = await bring(delivery, group, record, isMine, rest)
    delivery.log.debug({ consumer: group, type: record.headers['ce_type'], end }, 'delivered')
    endDelivered(span, end)
    return end
  })
}

async function bring<Tables, Means>(
  delivery: Delivery<Tables, Means>,
  group: string,
  record: ReceivedRecord,
  isMine: () => boolean,
  rest: Rest,
): Promise<End | 'parked' | undefined> {
  const { log, pool } = delivery
  const begun = Date.now()
  let failure: unknown
  for (let tries = 0; isMine();) {
    delivery.moved?.(group)
    try {
      if (tries < TRIES) {
        const end = await attempt(delivery, group, record)
        consumed.inc({ consumer: group, end })
        return end
      }
      await bury(pool, { group, record, reason: 'failed', error: failure, attempts: tries })
      consumed.inc({ consumer: group, end: 'parked' })
      log.error({ error: failure, consumer: group, key: record.key }, 'An event failed for good.')
      return 'parked'
    } catch (error) {
      if (isOutage(error)) {
        log.warn({ error, consumer: group }, 'A consumer waits for an engine to return.')
        await nap(OUTAGE_PAUSE_MS, isMine)
      } else if (isContention(error)) {
        await sleep(Math.random() * 20)
      } else if (error instanceof NotYet && Date.now() - begun < LAG_TRIES_MS) {
        await rest(100)
      } else {
        tries += 1
        failure = error
        if (tries !== TRIES) await rest(Math.min(100 * 2 ** tries, LONGEST_PAUSE_MS))
      }
    }
  }
}
