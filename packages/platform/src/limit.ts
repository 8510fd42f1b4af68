import type { Redis } from 'ioredis'
import { isIPv6 } from 'node:net'
import { problem } from './problem.ts'

/** So many per so long, for one key; refilled evenly, the whole of it usable as a burst. */
export interface Budget {
  /** Names the handler and whom it counts: `registration:address:203.0.113.7`. */
  key: string
  count: number
  perS: number
}

/**
 * GCRA over all budgets at once, all or nothing, by the clock of Redis. Every key expires. Whole
 * microseconds, because fractions add up and cost the last of a burst.
 * Answers 0, or the microseconds until the tightest budget has room again.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wait = 0
local arrivals = {}
for i, key in ipairs(KEYS) do
  local count, per = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
  local cost = math.floor(per / count)
  local arrival = math.max(tonumber(redis.call('GET', key) or now), now) + cost
  wait = math.max(wait, arrival - per - now)
  arrivals[i] = arrival
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, arrivals[i], 'PX', math.ceil((arrivals[i] - now) / 1000))
end
return 0`

const GIVE_BACK = `
for i, key in ipairs(KEYS) do
  local arrival = tonumber(redis.call('GET', key) or 0)
  local cost = math.floor(tonumber(ARGV[i * 2]) / tonumber(ARGV[i * 2 - 1]))
  if arrival > 0 then redis.call('SET', key, arrival - cost, 'KEEPTTL') end
end
return 0`

export interface Limiter {
  /** Takes one from every budget, or none and throws `too_many_requests`. */
  take(budgets: Budget[]): Promise<void>
  /** Undoes a `take` whose request failed through no fault of the caller. */
  giveBack(budgets: Budget[]): Promise<void>
}

/** When Redis is away a limit refuses (503): it must not become no limit at all. */
export function limiterOver(redis: Redis): Limiter {
  async function run(script: string, budgets: Budget[]): Promise<number> {
    if (budgets.length === 0) return 0
    try {
      return Number(await redis.eval(script, budgets.length, ...argumentsOf(budgets)))
    } catch (error) {
      throw problem('service_unavailable', { retryAfterS: 2 }, error)
    }
  }
  return {
    async take(budgets) {
      const waitUs = await run(TAKE, budgets)
      if (waitUs > 0) throw problem('too_many_requests', { retryAfterS: Math.ceil(waitUs / 1e6) })
    },
    async giveBack(budgets) {
      await run(GIVE_BACK, budgets)
    },
  }
}

function argumentsOf(budgets: Budget[]): (string | number)[] {
  return [
    ...budgets.map(({ key }) => `limit:${key}`),
    ...budgets.flatMap(({ count, perS }) => [count, perS * 1_000_000]),
  ]
}

const QUARTER_S = 900
const PER_STRANGER = 5

/**
 * Strangers are counted by their address and by each destination that they name: `phone:…`, as a
 * digest.
 */
export function strangersBudgets(
  handler: string,
  { address }: { address: string },
  destinations: string[],
  { perAddress = PER_STRANGER, perDestination = PER_STRANGER } = {},
): Budget[] {
  const budget = (key: string, count: number) => ({
    key: `${handler}:${key}`,
    count,
    perS: QUARTER_S,
  })
  return [
    budget(`address:${addressKey(address)}`, perAddress),
    ...destinations.map((destination) => budget(destination, perDestination)),
  ]
}

/** The part of an address that one person owns: an IPv4 address, or the /64 of an IPv6 one. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address
  const groups = groupsOf(address)
  const [high = 0, low = 0] = groups.slice(6)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of an IPv6 address, however it was written. */
function groupsOf(address: string): number[] {
  const [plain = ''] = address.split('%')
  const hex = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [front = [], back = []] = hex.split('::').map((half) => half.split(':').filter(Boolean))
  const gap = Array.from({ length: 8 - front.length - back.length }, () => '0')
  return [...front, ...gap, ...back].map((group) => Number.parseInt(group, 16))
}
