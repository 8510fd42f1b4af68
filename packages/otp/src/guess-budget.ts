import { randomUUID } from 'node:crypto'
import { problem } from '@forecourt/platform/problem'
import { onRedis, type OtpMeans } from './means.ts'

const WRONG_PER_DAY = 10
const DAY_MS = 86_400_000

/**
 * Takes one of so many places of each destination; each is free again a day after it was taken.
 * Answers for each 0, or the milliseconds until its oldest place is free.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, life = tonumber(ARGV[1]), tonumber(ARGV[2])
local waits = {}
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - life)
  if redis.call('ZCARD', key) >= most then
    local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    waits[i] = math.max(1, tonumber(oldest[2]) + life - now)
  else
    redis.call('ZADD', key, now, ARGV[3])
    redis.call('PEXPIRE', key, life)
    waits[i] = 0
  end
end
return waits`

export interface Guess {
  /** Whether the code of a destination may be compared: its guesses of the day are not spent. */
  isOpen(at: number): boolean
  /** No comparison was made after all. */
  giveBack(): Promise<void>
  /** The code of this destination was right: all its wrong ones are forgotten, and no other's. */
  clear(at: number): Promise<void>
}

/**
 * Takes one guess of each destination that a code was sent to, before the comparison, whatever
 * purpose it is for. Only its own right code gives a destination's guesses back: neither a new
 * code does, nor the right one of somebody who got another code beside it. Throws
 * `otp_budget_spent` when no destination has a guess left.
 */
export async function takeGuess(
  { redis }: Pick<OtpMeans, 'redis'>,
  destinationIndexes: readonly string[],
): Promise<Guess> {
  const keys = destinationIndexes.map((index) => `otp:wrong:${index}`)
  const guess = randomUUID()
  const taken = redis.eval(TAKE, keys.length, ...keys, WRONG_PER_DAY, DAY_MS, guess)
  const waitsMs = ((await onRedis(taken)) as number[]).map(Number)
  const waitMs = Math.min(...waitsMs)
  if (waitMs > 0) throw problem('otp_budget_spent', { retryAfterS: Math.ceil(waitMs / 1_000) })
  const giveBack = async () => {
    await Promise.all(keys.map((key) => onRedis(redis.zrem(key, guess))))
  }
  return {
    isOpen: (at) => waitsMs[at] === 0,
    giveBack,
    async clear(at) {
      await giveBack()
      await onRedis(redis.del(keys[at] ?? ''))
    },
  }
}
