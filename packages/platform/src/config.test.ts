import { describe, expect, test } from 'vitest'
import { BaseConfig, ConfigFault, KeyRing, readConfig } from './config.ts'
import type { z } from 'zod'

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64')

const good = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://service:secret@db:5432/forecourt',
  KAFKA_BROKERS: 'kafka:9092',
  REDIS_URL: 'redis://redis:6379',
  JWKS_URL: 'http://identity:3000/.well-known/jwks.json',
  PERSONAL_KEYS: `2:${key(2)},1:${key(1)}`,
  BLIND_INDEX_KEY: `1:${key(3)}`,
  TRANSPORT_KEYS: `1:${key(4)}`,
}

function faultsOf(env: Record<string, string | undefined>, schema: z.ZodObject = BaseConfig) {
  try {
    readConfig(schema, env)
    return []
  } catch (error) {
    if (error instanceof ConfigFault) return error.message.split('\n')
    throw error
  }
}

test('a complete environment is read, and defaults are filled in', () => {
  const { config, warnings } = readConfig(BaseConfig, { ...good, KAFKA_BROKERS: 'a:1,b:2' })
  expect(config).toMatchObject({
    ...{ NODE_ENV: 'production', PORT: 3_000, ROLE: 'all', KAFKA_BROKERS: ['a:1', 'b:2'] },
    TRUST_PROXY: ['127.0.0.1'],
  })
  expect(config.PERSONAL_KEYS.map(({ version }) => version)).toEqual(['2', '1'])
  expect(warnings).toEqual([])
})

test('every fault is one sentence that names its variable, and all are told at once', () => {
  const faults = faultsOf({
    ...{ ...good, DATABASE_URL: undefined, PORT: 'many', REDIS_URL: 'http://redis' },
    ...{ APP_DEBUG: 'true', TRANSPORT_KEYS: `dev-1:${key(4)}` },
  })
  expect(
    faults.map((fault) => fault.split(' ')[0] ?? '').toSorted((a, b) => a.localeCompare(b)),
  ).toEqual([...['APP_DEBUG', 'DATABASE_URL', 'PORT', 'REDIS_URL', 'TRANSPORT_KEYS']])
  expect(faults).toContain('DATABASE_URL is not set.')
  for (const fault of faults) expect(fault).toMatch(/^[A-Z_]+ .*\.$/)
})

test('no fault repeats a secret', () => {
  const secret = 'postgre://service:hunter2@db'
  const faults = faultsOf({ ...good, DATABASE_URL: secret, PERSONAL_KEYS: '1:hunter2' })
  expect(faults).toHaveLength(2)
  expect(faults.join()).not.toContain('hunter2')
})

describe('production refuses', () => {
  test('APP_DEBUG', () => {
    expect(faultsOf({ ...good, APP_DEBUG: 'true' })).toEqual([
      'APP_DEBUG must not be true in production.',
    ])
    expect(faultsOf({ ...good, NODE_ENV: undefined, APP_DEBUG: 'true' })).toHaveLength(1)
    expect(faultsOf({ ...good, NODE_ENV: 'development', APP_DEBUG: 'true' })).toEqual([])
  })

  test.each([
    ['PERSONAL_KEYS', `dev-1:${key(1)}`],
    ['PERSONAL_KEYS', `2:${key(2)},dev-1:${key(1)}`],
    ['BLIND_INDEX_KEY', `dev-1:${key(1)}`],
    ['TRANSPORT_KEYS', `dev-1:${key(1)}`],
    ['FILE_URL_KEYS', `dev-1:${key(1)}`],
  ])('the development secret in %s=%s', (name, value) => {
    const schema = BaseConfig.extend({ FILE_URL_KEYS: KeyRing })
    const env = { ...good, FILE_URL_KEYS: `1:${key(9)}`, [name]: value }
    expect(faultsOf(env, schema)).toEqual([
      `${name} holds a development secret; production needs its own.`,
    ])
    expect(faultsOf({ ...env, NODE_ENV: 'development' }, schema)).toEqual([])
  })
})

test.each([
  ...['1', '2', 'true', 'false', '', 'loopback', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.0/'],
  ...['fe', '10.0.0.0/8/8', '10.0.0', '::1/129', '10.0.0.0/8,1'],
])('TRUST_PROXY=%s is refused', (value) => {
  expect(faultsOf({ ...good, TRUST_PROXY: value })).toEqual([
    expect.stringMatching(/^TRUST_PROXY is not valid: must be a list of networks/),
  ])
})

test.each(['10.0.0.0/8', '10.1.2.3', '10.0.0.0/8, 192.168.0.0/16', 'fd00::/8', '::1'])(
  'TRUST_PROXY=%s is a list of networks',
  (value) => expect(faultsOf({ ...good, TRUST_PROXY: value })).toEqual([]),
)

test.each([
  ...['', '1', `1:${key(1)}x`.slice(0, 20), `:${key(1)}`, `1.2:${key(1)}`, `1:${key(1)},`],
  `1:${key(1)},1:${key(2)}`,
])('the key ring "%s" is refused', (value) => {
  expect(faultsOf({ ...good, PERSONAL_KEYS: value })).toHaveLength(1)
})

test('names that mean nothing any more are answered by what replaced them', () => {
  const old = { JWT_SECRET: 'x', MONGODB_URI: 'y', POSTGRES_HOST: 'z', TWILIO_SID: 'AC1' }
  const { warnings } = readConfig(BaseConfig, { ...good, ...old })
  expect(warnings).toEqual([
    expect.stringMatching(/^JWT_SECRET is set but has no effect: /),
    expect.stringMatching(/^MONGODB_URI is set but has no effect: .*DATABASE_URL/),
    'POSTGRES_HOST is set but has no effect: set DATABASE_URL.',
    'TWILIO_SID is set but has no effect: set TWILIO_ACCOUNT_SID.',
  ])
})
