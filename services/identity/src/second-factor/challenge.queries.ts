import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { hashOf } from '../refresh-token.ts'
import { inSeconds } from '../session/session.queries.ts'
import { challengeLifeS, type ChallengeRow, type Entered } from './second-factor.ts'

type Owed = ChallengeRow['owes']

/** Keeps who owes what, and hands out the token by which it is brought. */
export async function openChallenge(
  db: Kysely<Tables>,
  userId: string,
  owes: Owed,
): Promise<Entered> {
  const mfaToken = randomBytes(32).toString('base64url')
  const expiresIn = challengeLifeS[owes]
  const expiresAt = inSeconds(expiresIn)
  await db
    .insertInto('challenge')
    .values({ id: randomUUIDv7(), tokenHash: hashOf(mfaToken), userId, owes, expiresAt })
    .execute()
  return owes === 'code'
    ? { mfaRequired: true, mfaToken, expiresIn }
    : { mfaEnrollmentRequired: true, mfaToken, expiresIn }
}

/** Who presents a token. Throws `mfa_token_invalid` for one that is used, old or unfit. */
export async function challengeOf(
  db: Kysely<Tables>,
  token: string,
  owes: Owed,
): Promise<Pick<ChallengeRow, 'id' | 'userId'>> {
  const challenge = await db
    .selectFrom('challenge')
    .select(['id', 'userId'])
    .where('tokenHash', '=', hashOf(token))
    .where('owes', '=', owes)
    .where('expiresAt', '>', sql<string>`now()`)
    .executeTakeFirst()
  if (!challenge) throw problem('mfa_token_invalid')
  return challenge
}

/** Uses a token up; of those who present it at one moment, one is first. */
export async function useChallenge(db: Kysely<Tables>, id: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('challenge')
    .where('id', '=', id)
    .where('expiresAt', '>', sql<string>`now()`)
    .executeTakeFirst()
  if (!numDeletedRows) throw problem('mfa_token_invalid')
}

/** Whoever is half-way in must begin anew. */
export async function forgetChallenges(db: Kysely<Tables>, userId: string): Promise<void> {
  await db.deleteFrom('challenge').where('userId', '=', userId).execute()
}
