import { judgingTopics } from '@forecourt/contracts/topic'
import type pg from 'pg'
import { lookedUp } from './metrics.ts'

/** What a service keeps that should not stay for long. */
export interface Standing {
  /** Events that wait for the broker, how many of them are parked, and the age of the oldest. */
  outbox: { rows: number; parked: number; oldestSeconds: number }
  /** Events without their effect: unreadable, failed (each parks its key), held behind these. */
  deadLetters: { poison: number; failed: number; held: number }
}

export async function standingOf(pool: pg.Pool): Promise<Standing> {
  const { rows } = await pool.query<Standing>(
    `select (
       select json_build_object('rows', count(*), 'parked', count(parked_at), 'oldestSeconds',
           coalesce(extract(epoch from now() - min(created_at)), 0)::float8) from outbox
     ) as outbox, (
       select json_build_object('poison', count(*) filter (where reason = 'poison'),
           'failed', count(*) filter (where reason = 'failed'),
           'held', count(*) filter (where reason = 'held')) from dead_letter
     ) as "deadLetters"`,
  )
  const [standing] = rows
  if (!standing) throw new Error('A count answered no row.')
  return standing
}

/** Whether no key of what requests are judged by is parked, coming or going. */
export async function isJudgementClear(pool: pg.Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from dead_letter where topic = any($1) and reason <> 'poison'
     union all
     select from outbox where topic = any($1) and parked_at is not null limit 1`,
    [judgingTopics],
  )
  return rowCount === 0
}

const outboxRows = lookedUp('forecourt_outbox_rows', 'Events that wait for the broker.')
const outboxParked = lookedUp(
  'forecourt_outbox_parked_rows',
  'Events that no broker took; each parks its key.',
)
const outboxOldest = lookedUp(
  'forecourt_outbox_oldest_seconds',
  'Age of the oldest event that waits.',
)
const deadLetters = lookedUp(
  'forecourt_dead_letters',
  'Events without their effect; each failed one parks its key, the held ones wait behind it.',
  ['reason'],
)
const replicaAge = lookedUp(
  'forecourt_session_replica_age_seconds',
  'Seconds since it was last seen that every ended session had arrived.',
)

/** The standing in Prometheus' text form; `replicaAgeS` is known where the consumers run. */
export function standingLines(
  { outbox, deadLetters: letters }: Standing,
  replicaAgeS: number | undefined,
): string {
  return [
    outboxRows([{ value: outbox.rows }]),
    outboxParked([{ value: outbox.parked }]),
    outboxOldest([{ value: outbox.oldestSeconds }]),
    deadLetters(Object.entries(letters).map(([reason, value]) => ({ labels: { reason }, value }))),
    replicaAge(replicaAgeS === undefined ? [] : [{ value: replicaAgeS }]),
  ].join('')
}
