import { randomUUIDv7 } from 'node:crypto'
import type { Context } from '@forecourt/platform/endpoint'
import { sql, type Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { hashOf, makeRefreshToken, sealUnder, unsealUnder } from '../refresh-token.ts'
import type { Sign } from '../signing-key/signing-key.ts'
import { admit } from '../user/user.queries.ts'
import type { UserRow } from '../user/user.ts'
import { accessLifeOf, GRACE_S, judge, type SessionRow, type Tokens } from './session.ts'

type Granting = { db: Kysely<Tables>; sign: Sign } & Pick<Means, 'lifetimes' | 'settingOf'>

/** Opens a session for an account that has proved itself, and hands out its first tokens. */
export async function openSession(
  context: Granting & Pick<Context<Tables>, 'address' | 'userAgent'>,
  user: UserRow,
  secondFactor: 'proved' | 'unproved',
): Promise<Tokens> {
  const { db, lifetimes, address, userAgent } = context
  const id = randomUUIDv7()
  const refreshToken = makeRefreshToken()
  const granted = { sessionId: id, refreshToken, secondFactor }
  const tokens = await grantTokens(context, user, granted)
  await db
    .insertInto('session')
    .values({
      id,
      userId: user.id,
      tokenHash: hashOf(refreshToken),
      expiresAt: inSeconds(lifetimes.refreshS),
      address,
      userAgent,
    })
    .execute()
  return tokens
}

interface Granted {
  sessionId: string
  refreshToken: string
  secondFactor: 'proved' | 'unproved'
  /** From `newestRefusalOf`; a session that is only now opened was refused nothing. */
  issuedAtS?: number | undefined
}

/** Every token of this house is made here, behind the one door. */
export async function grantTokens(
  { db, sign, lifetimes, settingOf }: Granting,
  user: UserRow,
  { sessionId, refreshToken, secondFactor, issuedAtS }: Granted,
): Promise<Tokens> {
  await admit({ db, settingOf }, user, secondFactor)
  const lifeS = accessLifeOf(lifetimes, user.role)
  const claims = {
    ...(issuedAtS !== undefined && { iat: issuedAtS }),
    sub: user.id,
    sid: sessionId,
    roles: [user.role],
    centers: user.serviceCenterIds,
  }
  return { accessToken: sign(claims, lifeS), refreshToken, tokenType: 'Bearer', expiresIn: lifeS }
}

/**
 * The second from which tokens of the session count again, while it is still to come: tokens carry
 * whole seconds, and one that is issued right after a change must not look older than it.
 */
export async function newestRefusalOf(
  db: Kysely<Tables>,
  sessionId: string,
): Promise<number | undefined> {
  const { rows } = await sql<{ second: number }>`
    select extract(epoch from tokens_before)::int as second from ended_session
     where session_id = ${sessionId}::uuid and tokens_before > clock_timestamp()
       and tokens_before < clock_timestamp() + interval '2 seconds'`.execute(db)
  return rows[0]?.second
}

/** The session that a refresh token was ever given to; undefined for one that nobody was given. */
export async function sessionOf(
  db: Kysely<Tables>,
  token: string,
): Promise<Pick<SessionRow, 'id' | 'userId'> | undefined> {
  const hash = hashOf(token)
  return db
    .selectFrom('session')
    .select(['id', 'userId'])
    .where((eb) =>
      eb.or([
        eb('tokenHash', '=', hash),
        eb('id', '=', eb.selectFrom('spentToken').select('sessionId').where('hash', '=', hash)),
      ]),
    )
    .executeTakeFirst()
}

export interface Judged {
  session: SessionRow
  verdict: ReturnType<typeof judge>
}

/** Locks the session and judges the token: whoever presents it at the same moment waits. */
export async function judgeToken(
  db: Kysely<Tables>,
  id: string,
  token: string,
): Promise<Judged | undefined> {
  const row = await db
    .selectFrom('session')
    .selectAll()
    .select([
      sql<boolean>`expires_at <= now()`.as('isExpired'),
      sql<boolean>`coalesce(rotated_at > now() - make_interval(secs => ${GRACE_S}::int), false)`.as(
        'isInGrace',
      ),
    ])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  const { isExpired, isInGrace, ...session } = row
  return { session, verdict: judge({ session, hash: hashOf(token), isExpired, isInGrace }) }
}

/** Exchanges the current token for a new one, which the old one alone can read for a moment. */
export async function rotate(
  { db, lifetimes }: Pick<Granting, 'db' | 'lifetimes'>,
  session: SessionRow,
  presented: string,
): Promise<string> {
  const successor = makeRefreshToken()
  await db
    .updateTable('session')
    .set({
      tokenHash: hashOf(successor),
      previousHash: session.tokenHash,
      successor: sealUnder(presented, successor, session.id),
      rotatedAt: sql<string>`now()`,
      expiresAt: inSeconds(lifetimes.refreshS),
      updatedAt: sql<string>`now()`,
    })
    .where('id', '=', session.id)
    .execute()
  await db
    .insertInto('spentToken')
    .values({ hash: session.tokenHash, sessionId: session.id, spentAt: sql<string>`now()` })
    .execute()
  return successor
}

/** What the previous token was exchanged for. */
export function successorOf({ id, successor }: SessionRow, presented: string): string {
  if (successor === null) throw new Error('A session was rotated without a successor.')
  return unsealUnder(presented, successor, id)
}

export function inSeconds(seconds: number) {
  return sql<string>`now() + make_interval(secs => ${seconds}::int)`
}
