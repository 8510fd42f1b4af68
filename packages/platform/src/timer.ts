import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import { inTransaction } from './database.ts'
import type { Emit } from './outbox.ts'
import { Outbox } from './outbox.ts'
import { patiently } from './patience.ts'
import type { ServiceName } from '@forecourt/contracts/service-name'
import type { Log } from './log.ts'
import { systemScope } from './scope.ts'
import { ownSpan } from './trace-points.ts'
import { spanning, within, type Tracer } from './trace.ts'

const BATCH = 50
const RETRY_S = 60
const LONGEST_S = 3_600

/** What happens when a deadline passes. The work and the timer's end are one transaction. */
export interface Timer<Tables, Means> {
  kind: string
  due(context: { db: Kysely<Tables>; emit: Emit } & Means, subject: string): Promise<void>
}

/** Sets, or moves, the deadline of things. `dueAt` is SQL-readable: an ISO instant. */
export async function schedule(
  { db }: { db: unknown },
  kind: string,
  subjects: string | readonly string[],
  dueAt: string,
): Promise<void> {
  const ids = [...new Set([subjects].flat())].toSorted()
  if (ids.length === 0) return
  await sql`insert into timer (kind, subject, due_at)
    select ${kind}, subject, ${dueAt}::timestamptz from unnest(${ids}::uuid[]) as subject
    on conflict (kind, subject) do update set due_at = excluded.due_at, tries = 0`.execute(
    db as Kysely<object>,
  )
}

export async function unschedule(
  { db }: { db: unknown },
  kind: string,
  subjects: string | readonly string[],
): Promise<void> {
  const ids = [subjects].flat()
  if (ids.length === 0) return
  await sql`delete from timer where kind = ${kind} and subject = any (${ids}::uuid[])`.execute(
    db as Kysely<object>,
  )
}

interface Clockwork<Tables, Means> {
  service: ServiceName
  pool: pg.Pool
  log: Log
  tracer?: Tracer | undefined
  means: Means
  timers: Timer<Tables, Means>[]
  wakeRelay(): void
}

/** A deadline as it was claimed. It was put off by then: a failure, or a crash, finds it later. */
interface Claimed {
  kind: string
  subject: string
  dueAt: string
}

/** Runs what is due; answers whether there may be more. A failing one is tried again later. */
export async function runDueTimers<Tables, Means>(
  clockwork: Clockwork<Tables, Means>,
): Promise<boolean> {
  const { pool, timers, log } = clockwork
  if (timers.length === 0) return false
  const kinds = timers.map(({ kind }) => kind)
  const { rows } = await pool.query<Claimed>(
    `update timer set tries = tries + 1,
            due_at = now() + make_interval(secs => least(${RETRY_S} * (tries + 1), ${LONGEST_S}))
      where (kind, subject) in (
        select kind, subject from timer where due_at <= now() and kind = any($1)
         order by due_at limit ${BATCH} for update skip locked)
      returning kind, subject, due_at as "dueAt"`,
    [kinds],
  )
  for (const claimed of rows) {
    const { kind, subject } = claimed
    const span = ownSpan(clockwork.tracer, `timer ${kind}`)
    const firing = spanning(span, () => patiently(() => fire(clockwork, claimed)))
    await firing.catch((error: unknown) => {
      const why = 'A deadline could not be kept; it will be tried again.'
      within(span, () => log.error({ error, kind, subject }, why))
    })
  }
  return rows.length === BATCH
}

/** Does nothing when it was moved, dropped, or claimed by somebody else in the meantime. */
async function fire<Tables, Means>(
  { service, pool, means, timers, wakeRelay }: Clockwork<Tables, Means>,
  { kind, subject, dueAt }: Claimed,
): Promise<void> {
  const timer = timers.find((entry) => entry.kind === kind)
  if (!timer) return
  const outbox = new Outbox(service, { correlationId: subject })
  await inTransaction<Tables, void>(pool, systemScope(), async (db, lastly) => {
    // It ends before its work begins, so that the work may set it anew.
    const { numAffectedRows } = await sql`delete from timer where kind = ${kind}
      and subject = ${subject}::uuid and due_at = ${dueAt}::timestamptz`.execute(db)
    if (!numAffectedRows) return
    await timer.due({ ...means, db, emit: outbox.emit }, subject)
    lastly(outbox.flushed())
  })
  if (!outbox.isEmpty) wakeRelay()
}
