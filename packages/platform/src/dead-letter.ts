import type pg from 'pg'
import { isEventId } from './cloud-event.ts'
import type { ReceivedRecord } from './bus.ts'
import { scrub } from './secrecy.ts'

export interface Burial {
  group: string
  record: ReceivedRecord
  /** `poison` cannot be read; `failed` parks its key; `held` waits behind a parked key. */
  reason: 'poison' | 'failed' | 'held'
  error: unknown
  attempts: number
}

/** Sets an event aside, with its payload, for an administrator to redrive or discard. */
export async function bury(pool: pg.Pool, burial: Burial): Promise<void> {
  const { group, record, reason, error, attempts } = burial
  const { topic, key, headers } = record
  const text = error instanceof Error ? (error.stack ?? error.message) : ''
  const texts = Object.entries(headers).map(([name, value]) => [storable(name), storable(value)])
  await pool.query(
    `insert into dead_letter
       (consumer, event_id, topic, key, type, headers, value, reason, error, attempts)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (consumer, event_id) do update
       set attempts = dead_letter.attempts + excluded.attempts, died_at = now(),
           reason = excluded.reason, error = excluded.error, redrive_at = null`,
    [
      group,
      letterIdOf(record),
      topic,
      storable(key),
      storable(headers['ce_type'] ?? ''),
      JSON.stringify(Object.fromEntries(texts)),
      record.value,
      reason,
      storable(scrub(text)),
      attempts,
    ],
  )
}

/** The event's id; what has none that can be trusted to be its own is named by its place. */
function letterIdOf({ headers, topic, partition, offset }: ReceivedRecord): string {
  return isEventId(headers['ce_id']) ? headers['ce_id'] : `${topic}/${partition}/${offset}`
}

/** Bytes that are no text arrive as text all the same; NUL is the one that Postgres refuses. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}
