import type { Kysely } from 'kysely'
import type pg from 'pg'
import { statements } from './database.ts'
import type { Log } from './log.ts'
import { pausable } from './pause.ts'
import { isOutage } from './problem.ts'
import { systemScope } from './scope.ts'
import { ownSpan } from './trace-points.ts'
import { spanning, within, type Tracer } from './trace.ts'

/** Work that comes round again. Several processes may run it at once; it must allow that. */
export interface Job<Tables, Means> {
  name: string
  everyMs: number
  /** Answers true when there may be more to do at once. */
  run(context: { db: Kysely<Tables>; pool: pg.Pool; log: Log } & Means): Promise<boolean>
}

export interface RunningJob {
  wake(): void
  stop(): Promise<void>
}

/** Runs a job until it is stopped; a failure is logged and the job comes round again. */
export function startJob<Tables, Means>(
  job: Job<Tables, Means>,
  pool: pg.Pool,
  log: Log,
  means: Means,
  tracer?: Tracer,
): RunningJob {
  const rest = pausable()
  const db = statements<Tables>(pool, systemScope(), 'read write')
  async function run(): Promise<void> {
    while (!rest.stopped) {
      let more = false
      const span = ownSpan(tracer, `job ${job.name}`)
      try {
        more = await spanning(span, () => job.run({ ...means, db, pool, log }))
      } catch (error) {
        const level = isOutage(error) ? 'warn' : 'error'
        const line = { error, job: job.name }
        within(span, () => log[level](line, 'A job failed; it will come round again.'))
      }
      if (!more) await rest.pause(job.everyMs)
    }
  }
  const running = run()
  return {
    wake: () => rest.wake(),
    async stop() {
      rest.stop()
      await running
    },
  }
}

/** Drops what nobody needs any more, in every service. */
export const housekeeping: Job<object, object> = {
  name: 'housekeeping',
  everyMs: 600_000,
  async run({ pool }) {
    await pool.query(`delete from inbox where done_at < now() - interval '30 days'`)
    await pool.query(`delete from idempotency where created_at < now() - interval '24 hours'`)
    await pool.query(`delete from ended_session where forget_at < now()`)
    return false
  },
}
