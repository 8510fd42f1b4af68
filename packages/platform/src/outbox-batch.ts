import type pg from 'pg'
import { isRecordFault } from './broker-fault.ts'
import { recordOf, type OutboxRow } from './cloud-event.ts'
import type { Bus } from './bus.ts'
import type { Log } from './log.ts'
import { counter, durations } from './metrics.ts'
import { sending } from './trace-points.ts'
import type { Tracer } from './trace.ts'

export const BATCH = 500
/** What one request carries, below what a broker takes of one partition (1 MB). */
const REQUEST_BYTES = 600_000

const sent = counter('forecourt_outbox_sent_total', 'Events handed to the broker.')
const parked = counter('forecourt_outbox_parked_total', 'Events that could not be sent.')
const took = durations(
  'forecourt_relay_seconds',
  'Requests of the relay, until the broker had all.',
)

export interface Relaying {
  service: string
  pool: pg.Pool
  bus: Bus
  log: Log
  tracer?: Tracer | undefined
}

/** The oldest rows that may leave. What comes after a parked row waits behind it, for ever new. */
export async function waiting(leader: pg.PoolClient, held: string[]): Promise<OutboxRow[]> {
  const { rows } = await leader.query<OutboxRow>(
    `select seq, id, topic, key, type, subject, version, data, headers, created_at as "createdAt"
       from outbox
      where parked_at is null and topic <> all($1)
        and not exists (
          select from outbox as behind
           where behind.parked_at is not null
             and behind.topic = outbox.topic and behind.key = outbox.key)
      order by seq limit ${BATCH}`,
    [held],
  )
  return rows
}

/** `parked`: a row could not leave, so that what was read after it must be read again. */
export type Outcome = 'sent' | 'parked' | { failed: unknown }

/** Sends and forgets the rows; answers the broker's failure instead of throwing it. */
export async function sendAll(
  relaying: Relaying,
  leader: pg.PoolClient,
  rows: OutboxRow[],
): Promise<Outcome> {
  for (let rest = rows; rest.length > 0;) {
    let bytes = 0
    const end = rest.findIndex(({ data }) => (bytes += data?.length ?? 0) > REQUEST_BYTES)
    const count = end < 0 ? rest.length : Math.max(1, end)
    const outcome = await send(relaying, leader, rest.slice(0, count))
    if (outcome !== 'sent') return outcome
    rest = rest.slice(count)
  }
  return 'sent'
}

async function send(
  relaying: Relaying,
  leader: pg.PoolClient,
  rows: OutboxRow[],
): Promise<Outcome> {
  try {
    const records = rows.map((row) => recordOf(relaying.service, row))
    const sentAll = took.startTimer()
    await sending(relaying.tracer, rows, () => relaying.bus.send(records))
    sentAll()
  } catch (error) {
    if (!isRecordFault(error)) return { failed: error }
    const [first, ...others] = rows
    // One record spoils the batch: halve it until the record stands alone, then park its key.
    if (first && others.length === 0) return park(relaying, leader, first, error as Error)
    const middle = rows.length >> 1
    const half = await send(relaying, leader, rows.slice(0, middle))
    return half === 'sent' ? send(relaying, leader, rows.slice(middle)) : half
  }
  await leader.query('delete from outbox where seq = any($1)', [rows.map((row) => row.seq)])
  sent.inc(rows.length)
  return 'sent'
}

async function park(
  { log }: Relaying,
  leader: pg.PoolClient,
  row: OutboxRow,
  error: Error,
): Promise<Outcome> {
  log.error({ error, type: row.type, subject: row.subject }, 'An event cannot be sent.')
  await leader.query('update outbox set parked_at = now(), park_reason = $2 where seq = $1', [
    row.seq,
    error.message,
  ])
  parked.inc()
  return 'parked'
}
