import { createHash, randomBytes } from 'node:crypto'
import { problem, type Problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import { digestOfCode } from './code.ts'
import { takeGuess } from './guess-budget.ts'
import type { OtpMeans } from './means.ts'
import type { OtpPolicy } from './otp.ts'

export interface Presented {
  policy: Pick<OtpPolicy, 'purpose'>
  subject: string
  code: string
}

/** What became of a presented code. */
export type Judgement =
  /** `recipient` tells whose code it was, counted from 1. */
  | { end: 'proved'; otpId: string; recipient: number }
  | { end: 'wrong'; triesLeft: number }
  /** Dead before it was compared: nothing was counted. `isForgotten` when there is none at all. */
  | { end: 'expired'; isForgotten?: true }
  | { end: 'exhausted' }
  | { end: 'consumed' }

interface Newest {
  id: string
  keyVersion: string
  destinationIndexes: string[]
  consumed: boolean
  expired: boolean
  spent: boolean
}

/**
 * Judges a code against the newest one of its subject and purpose. `db` must commit each statement
 * by itself, so that a try stays counted whatever happens afterwards. A right code is marked
 * proved; until it is consumed or expires it may be presented again, uncounted.
 * Throws `otp_budget_spent`.
 */
export async function verifyCode<Tables>(
  means: OtpMeans,
  db: Kysely<Tables>,
  presented: Presented,
): Promise<Judgement> {
  const newest = await newestOf(db, presented)
  if (!newest) return { end: 'expired', isForgotten: true }
  const dead = deathOf(newest)
  if (dead) return { end: dead }
  const key = means.keys.find(({ version }) => version === newest.keyVersion)
  // Codes outlive no rotation that also drops their key.
  if (!key) return { end: 'expired' }
  const { purpose } = presented.policy
  const guess = await takeGuess(means, newest.destinationIndexes)
  const candidates = newest.destinationIndexes.map((destinationIndex, at) => {
    const place = { id: newest.id, purpose, destinationIndex }
    // What may not be guessed at any more is compared with chance, which is never right.
    return guess.isOpen(at) ? digestOfCode(key.secret, place, presented.code) : randomBytes(32)
  })
  const counted = await countAndCompare(db, newest.id, candidates).catch(async (error) => {
    await guess.giveBack()
    throw error
  })
  if (!counted) {
    // It died between the look and the count.
    await guess.giveBack()
    return { end: deathOf(await newestOf(db, presented)) ?? 'exhausted' }
  }
  if (counted.hit === null) return { end: 'wrong', triesLeft: counted.triesLeft }
  await guess.clear(counted.hit - 1)
  return { end: 'proved', otpId: newest.id, recipient: counted.hit }
}

/** The error that a person is told for a code that was not proved. */
export function refusalOf(judgement: Exclude<Judgement, { end: 'proved' }>): Problem {
  switch (judgement.end) {
    case 'wrong':
      return problem('otp_wrong', { triesLeft: judgement.triesLeft })
    case 'consumed':
      return problem('otp_wrong')
    case 'expired':
      return problem('otp_expired')
    case 'exhausted':
      return problem('otp_exhausted')
  }
}

/**
 * Uses a proved code up, inside the transaction of what it was proved for. False when another
 * transaction was first, or the code has died since.
 */
export async function consumeCode<Tables>(db: Kysely<Tables>, otpId: string): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update otp set consumed_at = now()
     where id = ${otpId}::uuid and proved_at is not null
       and consumed_at is null and voided_at is null and expires_at > now()`.execute(db)
  return numAffectedRows === 1n
}

async function newestOf<Tables>(
  db: Kysely<Tables>,
  { policy: { purpose }, subject }: Presented,
): Promise<Newest | undefined> {
  const { rows } = await sql<Newest>`
    select id, key_version, destination_indexes, consumed_at is not null as consumed,
           voided_at is not null or expires_at <= now() as expired,
           attempts not between 0 and max_attempts - 1 and proved_at is null as spent
      from otp where subject = ${subject}::uuid and purpose = ${purpose}
     order by created_at desc, id desc limit 1`.execute(db)
  return rows[0]
}

function deathOf(newest: Newest | undefined): 'consumed' | 'expired' | 'exhausted' | undefined {
  if (newest?.consumed) return 'consumed'
  if (!newest || newest.expired) return 'expired'
  return newest.spent ? 'exhausted' : undefined
}

/**
 * Counts the try and compares in one guarded statement; nothing when the guard refuses. Both sides
 * of the comparison are hashed with a nonce of this try first, so that the time it takes tells
 * nothing about the 32 bytes that are kept. A proved code that is guessed at after its last try
 * dies, or it could be guessed for ever.
 */
async function countAndCompare<Tables>(
  db: Kysely<Tables>,
  id: string,
  candidates: Buffer[],
): Promise<{ hit: number | null; triesLeft: number } | undefined> {
  const nonce = randomBytes(32)
  const blinded = candidates.map((candidate) =>
    createHash('sha256').update(nonce).update(candidate).digest(),
  )
  const { rows } = await sql<{ hit: number | null; triesLeft: number }>`
    update otp set
      attempts = case when hit is not null and proved_at is not null then attempts
                      else least(attempts + 1, max_attempts) end,
      proved_at = case when hit is not null then coalesce(proved_at, now()) else proved_at end,
      proved_code = coalesce(hit, proved_code),
      voided_at = case when hit is null and attempts >= max_attempts then now() end
      from (select (select min(nth) from generate_subscripts(digests, 1) as nth
                     where sha256(${nonce}::bytea || digests[nth])
                           = (${blinded}::bytea[])[nth]) as hit
              from otp where id = ${id}::uuid) as compared
     where id = ${id}::uuid and consumed_at is null and voided_at is null and expires_at > now()
       and attempts >= 0 and (attempts < max_attempts or proved_at is not null)
    returning hit, max_attempts - attempts as tries_left`.execute(db)
  return rows[0]
}
