import { randomUUID } from 'node:crypto'
import { problem } from '@forecourt/platform/problem'
import { onRedis, type OtpMeans } from './means.ts'

const WRONG_PER_DAY = 10
const DAY_MS = 86_400_000

/**
 * Takes one of so many places, each of which is free again a day after it was taken. Answers 0,
 * or the milliseconds until the oldest place is free.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, life = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - life)
if redis.call('ZCARD', KEYS[1]) >= most then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, tonumber(oldest[2]) + life - now)
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], life)
return 0`

export interface Guess {
  /** No comparison was made after all. */
  giveBack(): Promise<void>
  /** The code was right: all wrong ones of this phone are forgotten. */
  clear(): Promise<void>
}

/**
 * Takes one of the phone's guesses before the comparison, whatever code and purpose it is for.
 * Only a right code gives them back, a new code does not. Throws `otp_budget_spent`.
 */
export async function takeGuess(
  { redis }: Pick<OtpMeans, 'redis'>,
  destinationIndex: string,
): Promise<Guess> {
  const key = `otp:wrong:${destinationIndex}`
  const guess = randomUUID()
  const waitMs = Number(await onRedis(redis.eval(TAKE, 1, key, WRONG_PER_DAY, DAY_MS, guess)))
  if (waitMs > 0) throw problem('otp_budget_spent', { retryAfterS: Math.ceil(waitMs / 1_000) })
  return {
    giveBack: async () => void (await onRedis(redis.zrem(key, guess))),
    clear: async () => void (await onRedis(redis.del(key))),
  }
}
