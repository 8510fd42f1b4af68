import { SessionEnded, SessionOutdated } from '@forecourt/contracts/identity-events'
import type { Emit } from '@forecourt/platform/outbox'
import { sql, type Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { inSeconds } from './session.queries.ts'
import { longestAccess, type SessionRow } from './session.ts'

type Ending = { db: Kysely<Tables>; emit: Emit } & Pick<Means, 'lifetimes'>
type Cause = NonNullable<SessionRow['endedBy']>

/** Never: a session that has ended accepts no token again, whenever it was issued. */
const FOREVER = '9999-12-31T23:59:59Z'

/**
 * Ends a session: refused here from this commit on, and in the other services as soon as they hear
 * of it. A session that has ended already stays as it is.
 */
export async function endSession(context: Ending, id: string, endedBy: Cause): Promise<void> {
  const { db, emit } = context
  const ended = await db
    .updateTable('session')
    .set({
      endedAt: sql<string>`now()`,
      endedBy,
      successor: null,
      version: sql<number>`version + 1`,
      updatedAt: sql<string>`now()`,
    })
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .returning('version')
    .executeTakeFirst()
  if (!ended) return
  const refusal = await refuseTokens(context, id, sql`${FOREVER}::timestamptz`)
  emit(SessionEnded, ended.version, { sessionId: id, ...refusal })
}

/**
 * Ends every session of an account but the one that `except` names. The account's row must be
 * locked, so that nobody signs in meanwhile.
 */
export async function endSessionsOf(
  context: Ending,
  userId: string,
  { endedBy, except = null }: { endedBy: Cause; except?: string | null },
): Promise<void> {
  for (const id of await livingSessions(context, userId)) {
    if (id !== except) await endSession(context, id, endedBy)
  }
}

/**
 * Role or centers of a locked account have changed: the tokens that say so no longer count, and
 * each session goes on with the next refresh.
 */
export async function outdateSessionsOf(context: Ending, userId: string): Promise<void> {
  const { db, emit } = context
  for (const id of await livingSessions(context, userId)) {
    const { version } = await db
      .updateTable('session')
      .set({ version: sql<number>`version + 1`, updatedAt: sql<string>`now()` })
      .where('id', '=', id)
      .returning('version')
      .executeTakeFirstOrThrow()
    // Tokens carry whole seconds: those of the second that has begun are refused with the others.
    const next = sql`date_trunc('second', clock_timestamp()) + interval '1 second'`
    const refusal = await refuseTokens(context, id, next)
    emit(SessionOutdated, version, { sessionId: id, ...refusal })
  }
}

/** In one order for everybody, and locked: whoever refreshes at this moment waits, or is over. */
async function livingSessions({ db }: Ending, userId: string): Promise<string[]> {
  const living = await db
    .selectFrom('session')
    .select('id')
    .where('userId', '=', userId)
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', sql<string>`now()`)
    .orderBy('id')
    .forUpdate()
    .execute()
  return living.map(({ id }) => id)
}

/** Answers from when tokens count again, and when the last one so far has run out by itself. */
async function refuseTokens(
  { db, lifetimes }: Ending,
  id: string,
  before: ReturnType<typeof sql>,
): Promise<{ tokensBefore: string; forgetAt: string }> {
  const { rows } = await sql<{ tokensBefore: string; forgetAt: string }>`
    insert into ended_session as known (session_id, tokens_before, forget_at)
    values (${id}::uuid, ${before}, ${inSeconds(longestAccess(lifetimes) + 60)})
    on conflict (session_id) do update set
      tokens_before = greatest(known.tokens_before, excluded.tokens_before),
      forget_at = greatest(known.forget_at, excluded.forget_at)
    returning tokens_before, forget_at`.execute(db)
  const [mark] = rows
  if (!mark) throw new Error('The end of a session was not written.')
  return mark
}
