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
  await endSessions(context, [id], endedBy)
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
  const living = await livingSessions(context, userId)
  const others = living.filter((id) => id !== except)
  await endSessions(context, others, endedBy)
}

/**
 * Role or centers of a locked account have changed: the tokens that say so no longer count, and
 * each session goes on with the next refresh.
 */
export async function outdateSessionsOf(context: Ending, userId: string): Promise<void> {
  const { db, emit } = context
  const living = await livingSessions(context, userId)
  const outdated = await db
    .updateTable('session')
    .set({ version: sql<number>`version + 1`, updatedAt: sql<string>`now()` })
    .where(isAmong(living))
    .returning(['id', 'version'])
    .execute()
  // Tokens carry whole seconds: those of the second that has begun are refused with the others.
  const next = sql`date_trunc('second', clock_timestamp()) + interval '1 second'`
  for (const { version, ...refusal } of await refuseTokens(context, outdated, next)) {
    emit(SessionOutdated, version, refusal)
  }
}

async function endSessions(context: Ending, ids: string[], endedBy: Cause): Promise<void> {
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
    .where(isAmong(ids))
    .where('endedAt', 'is', null)
    .returning(['id', 'version'])
    .execute()
  const never = sql`${FOREVER}::timestamptz`
  for (const { version, ...refusal } of await refuseTokens(context, ended, never)) {
    emit(SessionEnded, version, refusal)
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

/** However many there are: nothing bounds the sessions of an account, and the text stays one. */
function isAmong(ids: string[]) {
  return sql<boolean>`id = any (${ids}::uuid[])`
}

interface Refusal {
  version: number
  sessionId: string
  /** From when tokens count again. */
  tokensBefore: string
  /** When the last one so far has run out by itself. */
  forgetAt: string
}

/** Answers what the other services are told of each session. */
async function refuseTokens(
  { db, lifetimes }: Ending,
  sessions: Pick<SessionRow, 'id' | 'version'>[],
  before: ReturnType<typeof sql>,
): Promise<Refusal[]> {
  if (sessions.length === 0) return []
  const ids = sessions.map(({ id }) => id)
  const versions = sessions.map(({ version }) => version)
  const { rows } = await sql<Refusal>`
    with touched as (
      select id, version from unnest(${ids}::uuid[], ${versions}::int[]) as touched (id, version)
    ), refused as (
      insert into ended_session as known (session_id, tokens_before, forget_at)
      select id, ${before}, ${inSeconds(longestAccess(lifetimes) + 60)} from touched
      on conflict (session_id) do update set
        tokens_before = greatest(known.tokens_before, excluded.tokens_before),
        forget_at = greatest(known.forget_at, excluded.forget_at)
      returning session_id, tokens_before, forget_at
    )
    select version, session_id, tokens_before, forget_at
      from refused join touched on id = session_id order by id`.execute(db)
  return rows
}
