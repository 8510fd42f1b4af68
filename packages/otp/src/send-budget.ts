import type { ErrorReason } from '@forecourt/contracts/errors'
import { addressKey, type Budget, type Limiter } from '@forecourt/platform/limit'
import { counter } from '@forecourt/platform/metrics'
import { Problem, problem } from '@forecourt/platform/problem'
import { onRedis, type OtpMeans } from './means.ts'

const HOUR_S = 3_600
const DAY_S = 86_400
const PER_HOUR = 5
const PER_DAY = 10
const PER_ADDRESS_AND_HOUR = 20

const capped = counter(
  'forecourt_otp_country_capped_total',
  'Codes that were not sent because their country had its messages of the day.',
  ['country'],
)

/** Counts messages of a day that begins with the first one; refuses those beyond the most. */
const TAKE_MESSAGES = `
local sent = tonumber(redis.call('GET', KEYS[1]) or 0)
local wanted, most, life = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if sent + wanted > most then return math.max(1, redis.call('TTL', KEYS[1])) end
redis.call('INCRBY', KEYS[1], wanted)
if sent == 0 then redis.call('EXPIRE', KEYS[1], life) end
return 0`

/** What one sending takes from the budgets. */
export interface SendCost {
  /** Blind index of the phone. */
  destinationIndex: string
  /** Null where nothing but e-mail goes out, which costs no country anything. */
  country: string | null
  messages: number
  /** The caller's address; null where it is not counted. */
  address: string | null
}

/**
 * Takes the cooldown first, then the phone's, the address's and the country's budgets; all, or
 * none and throws `otp_cooldown`, `otp_budget_spent`, `otp_capped`. Answers how to give them back.
 */
export async function takeSending(means: OtpMeans, cost: SendCost): Promise<() => Promise<void>> {
  const { limiter, cooldownS } = means
  const { destinationIndex: index, address } = cost
  const cooldown = [{ key: `otp:cooldown:${index}`, count: 1, perS: cooldownS }]
  const budgets: Budget[] = [
    { key: `otp:hour:${index}`, count: PER_HOUR, perS: HOUR_S },
    { key: `otp:day:${index}`, count: PER_DAY, perS: DAY_S },
  ]
  if (address !== null) {
    const key = `otp:address:${addressKey(address)}`
    budgets.push({ key, count: PER_ADDRESS_AND_HOUR, perS: HOUR_S })
  }
  await take(limiter, cooldown, 'otp_cooldown')
  await orGiveBack(limiter, cooldown, () => take(limiter, budgets, 'otp_budget_spent'))
  await orGiveBack(limiter, [...cooldown, ...budgets], () => takeMessages(means, cost))
  return async () => {
    await limiter.giveBack([...cooldown, ...budgets])
    const key = cost.country === null ? null : countryKey(cost.country)
    if (key !== null) await onRedis(means.redis.decrby(key, cost.messages))
  }
}

async function take(limiter: Limiter, budgets: Budget[], reason: ErrorReason): Promise<void> {
  try {
    await limiter.take(budgets)
  } catch (error) {
    const isSpent = error instanceof Problem && error.reason === 'too_many_requests'
    throw isSpent ? problem(reason, error.details, error) : error
  }
}

async function orGiveBack(
  limiter: Limiter,
  taken: Budget[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    await limiter.giveBack(taken)
    throw error
  }
}

async function takeMessages(means: OtpMeans, { country, messages }: SendCost): Promise<void> {
  if (country === null) return
  const most = means.dailyMessagesPerCountry
  const key = countryKey(country)
  const waitS = Number(
    await onRedis(means.redis.eval(TAKE_MESSAGES, 1, key, messages, most, DAY_S)),
  )
  if (waitS === 0) return
  capped.inc({ country })
  throw problem('otp_capped', { retryAfterS: waitS })
}

function countryKey(country: string): string {
  return `otp:country:${country}`
}
