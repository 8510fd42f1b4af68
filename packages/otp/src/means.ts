import { KeyRing, type BaseConfig } from '@forecourt/platform/config'
import { limiterOver, type Limiter } from '@forecourt/platform/limit'
import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { SmsProvider } from '@forecourt/contracts/sms-provider'

type Redis = Parameters<typeof limiterOver>[0]

const COOLDOWN_S = 60

/** What a service that sends codes is told by its environment. */
export const OtpConfig = z.object({
  OTP_KEYS: KeyRing,
  /** ISO countries that codes are sent to, `IN,AE`; by default these, and US in development. */
  OTP_COUNTRIES: z
    .string()
    .regex(/^[A-Z]{2}(,[A-Z]{2})*$/, 'must be a list of ISO countries such as IN,AE')
    .transform((text) => text.split(','))
    .optional(),
  /** Messages to one country within a day, over all services. */
  OTP_DAILY_MESSAGES_PER_COUNTRY: z.coerce.number().int().min(1).default(10_000),
  SMS_PROVIDER: SmsProvider,
  /** Seconds until a phone or mailbox may be sent the next code; production asks for a minute. */
  OTP_COOLDOWN_S: z.coerce.number().int().min(1).max(3_600).default(COOLDOWN_S),
})

/** What the engine works with; the same in every service that sends codes. */
export interface OtpMeans {
  /** Digests codes; the first key of the ring makes, all verify. */
  keys: KeyRing
  /** Encrypts a code and its destination inside their event. */
  transportKeys: KeyRing
  limiter: Limiter
  redis: Pick<Redis, 'eval' | 'del' | 'zrem' | 'decrby'>
  countries: readonly string[]
  dailyMessagesPerCountry: number
  cooldownS: number
  /** Whether anybody brings messages to phones; by e-mail a code goes out all the same. */
  reachesPhones: boolean
  /** Whether answers show the code: never in production, nor where it goes to real phones. */
  reveals: boolean
}

type Config = BaseConfig & z.infer<typeof OtpConfig>

export function openOtp(config: Config, redis: Redis): OtpMeans {
  const isProduction = config.NODE_ENV === 'production'
  return {
    keys: config.OTP_KEYS,
    transportKeys: config.TRANSPORT_KEYS,
    limiter: limiterOver(redis),
    redis,
    countries: config.OTP_COUNTRIES ?? (isProduction ? ['IN', 'AE'] : ['IN', 'AE', 'US']),
    dailyMessagesPerCountry: config.OTP_DAILY_MESSAGES_PER_COUNTRY,
    cooldownS: cooldownIn(config),
    reachesPhones: config.SMS_PROVIDER !== 'none',
    reveals: revealsIn(config),
  }
}

/** A code is shown to a developer, who reads it in the local inbox too, and to nobody else. */
export function revealsIn({ NODE_ENV, APP_DEBUG, SMS_PROVIDER }: Config): boolean {
  return APP_DEBUG && NODE_ENV !== 'production' && SMS_PROVIDER !== 'twilio'
}

/** Seconds between two codes; a shorter pause is a developer's, and counts nowhere else. */
export function cooldownIn({ NODE_ENV, OTP_COOLDOWN_S }: Config): number {
  return Math.max(OTP_COOLDOWN_S, NODE_ENV === 'production' ? COOLDOWN_S : 0)
}

/** Work on Redis that must be done; without Redis a budget refuses (503) and is not passed over. */
export async function onRedis<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw problem('service_unavailable', { retryAfterS: 2 }, error)
  }
}
