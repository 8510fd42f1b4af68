import type { Log } from '@forecourt/platform/log'
import type { Redis } from 'ioredis'
import { openTallies, type Tallies } from './tallies.ts'

const RECONCILE_MS = 100
const BATCH = 500
const SWEEP_MS = 10_000

/**
 * Adds what was spent here to what all gateways spent, by the clock of Redis, and answers for each
 * key how many milliseconds of the window are spent. A refund is a negative spending.
 */
const RECONCILE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = tonumber(ARGV[1])
local spent = {}
for i, key in ipairs(KEYS) do
  local arrival = math.max(tonumber(redis.call('GET', key) or now), now) + tonumber(ARGV[i + 1])
  arrival = math.min(math.max(arrival, now), now + window)
  if arrival > now then
    redis.call('SET', key, arrival, 'PX', math.ceil(arrival - now))
  else
    redis.call('DEL', key)
  end
  spent[i] = math.ceil(arrival - now)
end
return spent`

export interface GeneralLimit extends Pick<Tallies, 'giveBack'> {
  /** Takes one of `count` per window; answers 0, or the milliseconds until there is one again. */
  take(key: string, count: number): number
  /** Tells the others what they do not know yet, and ends. */
  close(): Promise<void>
}

/**
 * Counts in this process, so that no request waits for Redis; the gateways tell one another through
 * Redis what was spent, ten times a second. While Redis is away each counts alone.
 */
export function generalLimit(redis: Redis, windowMs: number, log: Log): GeneralLimit {
  const tallies = openTallies(windowMs)
  let running: Promise<void> | undefined
  let isAway = false
  const timers = [
    setInterval(() => void reconcile(), RECONCILE_MS).unref(),
    setInterval(() => tallies.sweep(performance.now()), SWEEP_MS).unref(),
  ]

  function reconcile(): Promise<void> {
    running ??= tellAll().finally(() => (running = undefined))
    return running
  }

  async function tellAll(): Promise<void> {
    try {
      let told = BATCH
      while (told === BATCH) told = await tell()
      if (isAway && told > 0) {
        isAway = false
        log.info('Redis is back; the gateways share their limits again.')
      }
    } catch (error) {
      if (!isAway) log.warn({ error }, 'Redis is away; this gateway counts its limits alone.')
      isAway = true
    }
  }

  async function tell(): Promise<number> {
    const batch = tallies.untold(BATCH)
    if (batch.length === 0) return 0
    const keys = batch.map(({ key }) => `limit:gateway:${key}`)
    const spendings = batch.map(({ spentMs }) => spentMs)
    const answer = await redis.eval(RECONCILE, keys.length, ...keys, windowMs, ...spendings)
    const spentByAll = answer as number[]
    const nowMs = performance.now()
    for (const [index, one] of batch.entries()) tallies.learn(one, spentByAll[index] ?? 0, nowMs)
    return batch.length
  }

  return {
    take: (key, count) => tallies.take(key, count, performance.now()),
    giveBack: tallies.giveBack,
    async close() {
      for (const timer of timers) clearInterval(timer)
      await reconcile()
    },
  }
}
