import { randomUUID } from 'node:crypto'
import { sleep } from '@forecourt/platform/pause'
import { problem } from '@forecourt/platform/problem'
import type { Boot } from '@forecourt/platform/service'
import type { Attempts, FailureBudget } from './attempt.ts'

type Redis = Boot<object>['redis']

/** A check that its process did not live to end is forgotten after this. */
const LEASE_MS = 30_000
/** How long somebody waits for the checks of others, and how many may do so in one process. */
const PATIENCE_MS = 20_000
const WAITING = 100
const PAUSE_MS = 25

/**
 * GCRA of failures, in which running checks are set aside as if they had failed. Per budget two
 * keys: failures, and running checks. Answers 0 to go on, -1 to wait for a running check, or the
 * milliseconds until a failure is forgiven.
 */
const BEGIN = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait, busy = 0, false
for i = 1, #KEYS, 2 do
  local count, per = tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local cost = per / count
  redis.call('ZREMRANGEBYSCORE', KEYS[i + 1], '-inf', now)
  local arrival = math.max(tonumber(redis.call('GET', KEYS[i]) or now), now)
  local running = redis.call('ZCARD', KEYS[i + 1])
  if arrival + cost - per > now then wait = math.max(wait, arrival + cost - per - now) end
  if arrival + cost * (running + 1) - per > now then busy = true end
end
if wait > 0 then return math.ceil(wait) end
if busy then return -1 end
for i = 1, #KEYS, 2 do
  redis.call('ZADD', KEYS[i + 1], now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[i + 1], ARGV[2])
end
return 0`

const END = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 1, #KEYS, 2 do
  local cost = ARGV[i + 3] / ARGV[i + 2]
  redis.call('ZREM', KEYS[i + 1], ARGV[1])
  if ARGV[2] == 'wrong' then
    local arrival = math.max(tonumber(redis.call('GET', KEYS[i]) or now), now) + cost
    redis.call('SET', KEYS[i], arrival, 'PX', math.ceil(arrival - now))
  end
end
return 0`

/** Counts over all processes in Redis. When it is away nobody signs in (503). */
export function attemptsOver(redis: Redis): Attempts {
  const lanes = new Map<string, Promise<void>>()
  let waiting = 0

  function ask(script: string, budgets: FailureBudget[], id: string, word: string | number) {
    const keys = budgets.flatMap(({ key }) => [`failures:${key}`, `running:${key}`])
    const figures = budgets.flatMap(({ count, perS }) => [count, perS * 1_000])
    return redis.eval(script, keys.length, ...keys, id, word, ...figures)
  }

  async function begin(budgets: FailureBudget[], id: string, until: number): Promise<void> {
    for (;;) {
      const waitMs = Number(await ask(BEGIN, budgets, id, LEASE_MS))
      if (waitMs === 0) return
      if (waitMs > 0) throw problem('too_many_requests', { retryAfterS: Math.ceil(waitMs / 1e3) })
      if (performance.now() > until) throw problem('service_unavailable', { retryAfterS: 2 })
      await sleep(PAUSE_MS)
    }
  }

  /** Within one process those who mean one account ask one after the other, in their order. */
  async function queue(budgets: FailureBudget[], id: string): Promise<void> {
    if (waiting >= WAITING) throw problem('service_unavailable', { retryAfterS: 2 })
    const until = performance.now() + PATIENCE_MS
    const lane = budgets[0]?.key ?? ''
    const before = lanes.get(lane) ?? Promise.resolve()
    const turn = before.then(() => begin(budgets, id, until))
    // Whoever comes next waits for this turn, and not for how it ended.
    const settled = turn.catch(() => undefined)
    lanes.set(lane, settled)
    waiting += 1
    await turn.finally(() => {
      waiting -= 1
      if (lanes.get(lane) === settled) lanes.delete(lane)
    })
  }

  return {
    async guess(budgets, check) {
      const id = randomUUID()
      await queue(budgets, id)
      let end = 'unknown'
      try {
        const right = await check()
        end = right ? 'right' : 'wrong'
        return right
      } finally {
        await ask(END, budgets, id, end)
      }
    },
  }
}
