import { isIP } from 'node:net'
import { z } from 'zod'

/** Names of the requirements that our mechanism makes meaningless, each with what replaced it. */
const REPLACED: Record<string, string> = {
  JWT_SECRET: 'tokens are signed with rotated Ed25519 keys that identity keeps',
  JWT_REFRESH_SECRET: 'refresh tokens are opaque and stored hashed',
  MONGODB_URI: 'data lives in PostgreSQL; set DATABASE_URL',
  DB_URI: 'data lives in PostgreSQL; set DATABASE_URL',
  ...replaced('DATABASE_URL', ['DB_HOST', 'DB_USER', 'DB_PASSWORD', 'DB_NAME']),
  ...replaced('DATABASE_URL', ['HOST', 'PORT', 'DB', 'USER', 'PASSWORD'].map(ofPostgres)),
  ...replaced('REDIS_URL', ['REDIS_HOST', 'REDIS_PORT']),
  ...replaced('TWILIO_ACCOUNT_SID', ['TWILIO_SID']),
  API_VERSION: 'every answer is of v1, under /api and /api/v1',
}

function replaced(by: string, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `set ${by}`]))
}

function ofPostgres(name: string): string {
  return `POSTGRES_${name}`
}

/**
 * Secrets that a checkout made for itself: their versions say so, wherever in the ring they stand.
 */
const DEVELOPMENT_SECRET = /(^|,)dev-[^:,]*:/

/** A list of versioned secrets, `2:<base64>,1:<base64>`; the first encrypts, all decrypt. */
export const KeyRing = z.string().transform((text, context) => {
  const keys = text.split(',').map((entry) => {
    const [version = '', secret = ''] = entry.split(':')
    return { version, secret: Buffer.from(secret, 'base64') }
  })
  // A sealed value begins with its version and a dot.
  if (keys.some(({ version, secret }) => !/^[\w-]+$/.test(version) || secret.length !== 32)) {
    context.addIssue('must be a list of version:base64 entries, each key of 32 bytes')
    return z.NEVER
  }
  if (new Set(keys.map(({ version }) => version)).size < keys.length) {
    context.addIssue('must not give one version to two keys')
    return z.NEVER
  }
  return keys
})
export type KeyRing = z.infer<typeof KeyRing>

/** Networks whose `X-Forwarded-For` is believed; never a count, never everything. */
const TrustProxy = z
  .string()
  .transform((text) => text.split(',').map((network) => network.trim()))
  .refine((networks) => networks.every(isNetwork), {
    message:
      'must be a list of networks such as 10.0.0.0/8, neither a number of hops nor everything',
  })

function isNetwork(text: string): boolean {
  const [address = '', bits, ...others] = text.split('/')
  const kind = isIP(address)
  if (kind === 0 || others.length > 0) return false
  return bits === undefined || (/^[1-9]\d*$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128))
}

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/** What every service is told by its environment. */
export const BaseConfig = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3_000),
  ROLE: z.enum(['api', 'worker', 'all']).default('all'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(200).default(10),
  /** Of the workers: one is the relay's, the others carry consumers, timers and jobs. */
  DATABASE_WORKER_POOL_MAX: z.coerce.number().int().min(3).max(200).default(9),
  KAFKA_BROKERS: z.string().transform((text) => text.split(',')),
  KAFKA_PREFIX: z
    .string()
    .regex(/^[\w.-]*$/)
    .default(''),
  /**
   * A consumer that has lag and does not move for so long ends its process. A group takes 8 s to
   * let a dead member go, and nothing moves meanwhile.
   */
  CONSUMER_STALL_MS: z.coerce.number().int().min(10_000).max(3_600_000).default(120_000),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  JWKS_URL: z.url(),
  TRUST_PROXY: TrustProxy.default(['127.0.0.1']),
  PERSONAL_KEYS: KeyRing,
  BLIND_INDEX_KEY: KeyRing,
  TRANSPORT_KEYS: KeyRing,
  APP_DEBUG: Flag.default(false),
  FRONTEND_URL: z.url().default('http://localhost:3000'),
  /** The base address of an OTLP/HTTP collector; tracing is off without it. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_SDK_DISABLED: Flag.default(false),
  /** The share of traces that are recorded. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(0.05),
})
export type BaseConfig = z.infer<typeof BaseConfig>

/**
 * Reads the environment by one schema. Throws `ConfigFault` with one clear sentence per fault;
 * names that no longer mean anything are returned as warnings.
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Record<string, string | undefined>,
): { config: z.infer<Schema>; warnings: string[] } {
  const read = schema.safeParse(env)
  const faults = [
    ...new Set(read.error?.issues.map(sentenceOf(env))),
    ...productionFaults(env, Object.keys(schema.shape)),
  ]
  if (faults.length > 0) throw new ConfigFault(faults)
  const warnings = Object.entries(REPLACED)
    .filter(([name]) => env[name] !== undefined)
    .map(([name, why]) => `${name} is set but has no effect: ${why}.`)
  return { config: read.data as z.infer<Schema>, warnings }
}

export class ConfigFault extends Error {
  constructor(faults: string[]) {
    super(faults.join('\n'))
    this.name = 'ConfigFault'
  }
}

function sentenceOf(env: Record<string, string | undefined>) {
  return (issue: z.core.$ZodIssue): string => {
    const name = issue.path.join('.')
    if (env[name] === undefined) return `${name} is not set.`
    return `${name} is not valid: ${issue.message}.`
  }
}

function productionFaults(
  env: Record<string, string | undefined>,
  names: readonly string[],
): string[] {
  if ((env['NODE_ENV'] ?? 'production') !== 'production') return []
  const faults = names
    .filter((name) => DEVELOPMENT_SECRET.test(env[name] ?? ''))
    .map((name) => `${name} holds a development secret; production needs its own.`)
  if (env['APP_DEBUG'] === 'true') faults.push('APP_DEBUG must not be true in production.')
  return faults
}
