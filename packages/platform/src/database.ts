import { sql, type CompiledQuery, type Kysely, type QueryResult } from 'kysely'
import pg from 'pg'
import { kyselyOver, resultOf } from './builder.ts'
import { NamingClient, types } from './connection.ts'
import { isStalePlan, problem } from './problem.ts'
import { askScoped, type Statement } from './scoped-query.ts'
import { scopeStatement, type Scope } from './scope.ts'
import { statement } from './trace-points.ts'

/** A pool of at most `max` connections. */
export function openPool({ url, max }: { url: string; max: number }): pg.Pool {
  const config: pg.PoolConfig & { pipeline: boolean } = {
    connectionString: url,
    max,
    types,
    pipeline: true,
    options:
      '-c TimeZone=UTC -c statement_timeout=20000 -c idle_in_transaction_session_timeout=20000',
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
  }
  const pool = new pg.Pool({ ...config, Client: NamingClient })
  // An idle connection that breaks is replaced at the next use; the pool must only not throw.
  pool.on('error', () => undefined)
  // One that breaks between two statements of its holder shows at the next statement.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** Every query is a transaction of its own, sent at once: its scope, itself, and the end. */
export function statements<Tables>(
  pool: pg.Pool,
  scope: Scope,
  access: 'read only' | 'read write',
): Kysely<Tables> {
  return kyselyOver((query) => fresh(() => alone(pool, scope, access, query)))
}

export interface Reading<Tables> {
  db: Kysely<Tables>
  /** Judges the token, when no query has done so by the way. */
  judge(): Promise<void>
}

/** The reads of one request. */
export function readingOf<Tables>(pool: pg.Pool, scope: Scope): Reading<Tables> {
  let judged = scope.token === null
  const db = kyselyOver<Tables>((query) => {
    judged = true
    return fresh(() => alone(pool, scope, 'read only', query))
  })
  return {
    db,
    async judge() {
      if (!judged) await sql`select`.execute(db)
    },
  }
}

/** Each stale plan ends one connection that was older than a migration, so there are few. */
async function fresh<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isStalePlan(error)) throw error
    }
  }
}

async function alone(
  pool: pg.Pool,
  scope: Scope,
  access: 'read only' | 'read write',
  query: CompiledQuery,
): Promise<QueryResult<unknown>> {
  const client = await pool.connect()
  const { sql: text, parameters: values } = query
  try {
    const answered = await askScoped(client, scopeStatement(scope, access), { text, values })
    client.release()
    return resultOf(answered)
  } catch (error) {
    // What Postgres itself has refused leaves the connection sound, but for a plan that is stale.
    client.release(!(error instanceof pg.DatabaseError) || isStalePlan(error))
    throw knownFault(error)
  }
}

/** Keeps a statement that is sent together with the commit: nobody waits for its reply alone. */
export type Lastly = (statement: Statement | undefined) => void

/**
 * Writes: one transaction over one connection. Begin and scope are sent without waiting; what the
 * work gives to `lastly` leaves in one write with the commit, so that rows are locked for as short
 * as can be.
 */
export async function inTransaction<Tables, Result>(
  pool: pg.Pool,
  scope: Scope,
  work: (db: Kysely<Tables>, lastly: Lastly) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  const set = scopeStatement(scope)
  const opened = Promise.all([client.query('begin'), client.query(set.text, set.values)])
  // Whoever awaits it first reports a failure; until then it must not count as unhandled.
  opened.catch(() => undefined)
  const last: Statement[] = []
  let isEnding = false
  try {
    const db = kyselyOver<Tables>(async (query) => {
      const running = client.query(query.sql, [...query.parameters])
      // What opened the transaction is awaited first: its fault is the cause of all others.
      running.catch(() => undefined)
      await opened
      return resultOf(await running)
    })
    const result = await work(db, (said) => void (said && last.push(said)))
    await opened
    const written = last.map(({ text, values }) =>
      statement(text, () => client.query(text, [...values])),
    )
    const ending = statement('commit', () => client.query('commit'))
    // Whoever has the connection next stands behind the commit, and both leave in one write.
    isEnding = true
    client.release()
    // A statement that fails makes the commit a rollback; what it says of itself is the cause.
    const [{ command }] = await Promise.all([ending, ...written])
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back.')
    return result
  } catch (error) {
    if (!isEnding) await undo(client, isStalePlan(error))
    throw knownFault(error)
  }
}

async function undo(client: pg.PoolClient, isStale: boolean): Promise<void> {
  let broken: boolean | Error = isStale
  await client.query('rollback').catch((failure: Error) => (broken = failure))
  client.release(broken)
}

/** The scope statement raises this for a token whose session has ended. */
const SESSION_ENDED = 'FC401'

function knownFault(error: unknown): unknown {
  const ended = error instanceof Error && 'code' in error && error.code === SESSION_ENDED
  return ended ? problem('session_ended', {}, error) : error
}
