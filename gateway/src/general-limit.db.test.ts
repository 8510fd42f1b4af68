import { randomUUID } from 'node:crypto'
import { asha, meera } from '@forecourt/testing/people'
import { eventually } from '@forecourt/testing/eventually'
import { leaseRedis } from '@forecourt/testing/redis-lease'
import { serveKeys, tokenOf } from '@forecourt/testing/tokens'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ask, openHouse, type Answer, type Refusal, type TestHouse } from './test-house.ts'

let keys: Awaited<ReturnType<typeof serveKeys>>
const houses: TestHouse[] = []

beforeEach(async () => {
  keys = await serveKeys()
})
afterEach(async () => {
  await Promise.all(houses.splice(0).map((house) => house.close()))
  keys.close()
})

async function open(env: Record<string, string> = {}): Promise<TestHouse> {
  const house = await openHouse(await leaseRedis(), {
    JWKS_URL: keys.url,
    RATE_LIMIT_MAX_REQUESTS: '10',
    RATE_LIMIT_USER_MAX_REQUESTS: '20',
    TRUST_PROXY: '127.0.0.1',
    ...env,
  })
  houses.push(house)
  return house
}

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

/** How many of so many requests are not refused for their number. */
async function passed(count: number, one: (index: number) => Promise<Answer>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => one(index)))
  return answers.filter(({ status }) => status !== 429).length
}

test('an address has one budget, under every spelling, alias and method', async () => {
  const house = await open()
  const spellings = [
    '/api/v1/vehicles',
    '/api/vehicles',
    '/api/v1/vehicles/',
    '/api/v1/%76ehicles',
    '/api/v1//vehicles',
    '/api/V1/vehicles',
    '/api/v1/vehicles?x=1',
    '/api/nothing',
  ]
  const asked = (index: number) => ({
    ...from('203.0.113.1'),
    method: index % 2 === 0 ? 'HEAD' : 'GET',
  })
  const count = await passed(24, (index) =>
    house.ask(spellings[index % spellings.length] ?? '', asked(index)),
  )
  expect(count).toBe(10)
})

test('a refusal tells when to come back, in our envelope, to pages too', async () => {
  const house = await open({ CORS_ORIGINS: 'https://app.example.com' })
  const headers = { ...from('203.0.113.2').headers, origin: 'https://app.example.com' }
  await passed(10, () => house.ask('/api/v1/vehicles', { headers }))
  const answer = await house.ask('/api/v1/vehicles', { headers })
  expect(answer.status).toBe(429)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(answer.headers['access-control-allow-origin']).toBe('https://app.example.com')
  expect(answer.json<Refusal>()).toMatchObject({
    success: false,
    status: 429,
    error: { code: 'RATE_001', reason: 'too_many_requests' },
  })
})

test('a refusal tells its faults as the address has them: by field, or as a list', async () => {
  const house = await open()
  const post = { ...from('203.0.113.3'), method: 'POST' }
  await passed(10, () => house.ask('/api/v1/vehicles', post))
  const errorsAt = async (path: string) =>
    (await house.ask(path, post)).json<{ errors: unknown }>().errors
  expect(await errorsAt('/api/v1/vehicles')).toEqual({})
  expect(await errorsAt('/api/auth/register/step1')).toEqual([])
  expect(await errorsAt('/api/v1/auth/verify/resend/')).toEqual([])
  expect(await errorsAt('/api/v1/auth/register')).toEqual({})
})

test('an address is one whatever a caller writes into X-Forwarded-For', async () => {
  const house = await open({ TRUST_PROXY: '10.0.0.0/8' })
  const count = await passed(30, (index) =>
    house.ask('/api/v1/vehicles', from(`198.51.100.${index}`)),
  )
  expect(count).toBe(10)
})

test('callers behind a trusted proxy are told apart, by what the proxy saw', async () => {
  const house = await open()
  const told = async (header: string) =>
    (await house.ask('/api/v1/vehicles', from(header))).json().headers['x-forwarded-for']
  expect(await told('203.0.113.7')).toBe('203.0.113.7')
  expect(await told('203.0.113.8')).toBe('203.0.113.8')
  expect(await told('1.1.1.1, 203.0.113.9')).toBe('203.0.113.9')
  expect(await told('not an address')).toBe('127.0.0.1')
})

test('an IPv6 caller has one budget for their /64, and IPv4 is IPv4 in either form', async () => {
  const house = await open()
  const rotating = await passed(30, (index) =>
    house.ask('/api/v1/vehicles', from(`2001:db8:1:2::${index.toString(16)}`)),
  )
  const mapped = await passed(30, (index) =>
    house.ask('/api/v1/vehicles', from(index % 2 ? '203.0.113.4' : '::ffff:203.0.113.4')),
  )
  expect([rotating, mapped]).toEqual([10, 10])
  expect((await house.ask('/api/v1/vehicles', from('2001:db8:1:3::1'))).status).toBe(200)
})

test('a signed-in user has a budget of their own, wherever they are', async () => {
  const house = await open()
  const as = (token: string, address: string) => ({
    headers: { ...from(address).headers, authorization: `Bearer ${token}` },
  })
  const count = await passed(30, (index) =>
    house.ask('/api/v1/vehicles', as(tokenOf(asha), `203.0.113.${index}`)),
  )
  expect(count).toBe(20)
  expect((await house.ask('/api/v1/vehicles', as(tokenOf(meera), '203.0.113.1'))).status).toBe(200)
})

test('a token that is not valid counts for the address, and travels on to be refused', async () => {
  const house = await open()
  const tokens = [tokenOf(asha, -1_000), 'nonsense', `${tokenOf(asha).slice(0, -4)}AAAA`]
  const answers = await Promise.all(
    Array.from({ length: 15 }, (_, index) => {
      const authorization = `Bearer ${tokens[index % tokens.length]}`
      const headers = { ...from('203.0.113.5').headers, authorization }
      return house.ask('/api/v1/vehicles', { headers })
    }),
  )
  const carried = answers.filter(({ status }) => status === 200)
  expect(carried).toHaveLength(10)
  expect(carried[0]?.json().headers.authorization).toMatch(/^Bearer /)
})

test('a request that a service failed is given back', async () => {
  const house = await open()
  house.services['customer-vehicle'].answer((_incoming, response) => response.writeHead(500).end())
  for (let round = 0; round < 30; round++) {
    const { status } = await house.ask('/api/v1/vehicles', from('203.0.113.6'))
    expect(status).toBe(500)
  }
})

test('preflights, pages, probes and documentation are not counted', async () => {
  const house = await open()
  const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'PUT' }
  for (let round = 0; round < 12; round++) {
    const method = 'OPTIONS'
    expect((await house.ask('/api/v1/vehicles', { method, headers })).status).toBe(204)
    expect((await house.ask('/livez')).status).toBe(200)
    expect((await house.ask('/docs/events')).status).toBe(200)
  }
  expect((await house.ask('/api/v1/vehicles')).status).toBe(200)
})

test('gateways share what was spent, and a restart forgives nothing', async () => {
  const house = await open()
  const address = from('203.0.113.20')
  await passed(10, () => house.ask('/api/v1/vehicles', address))
  const isShared = async () =>
    (await house.redis.pttl('limit:gateway:address:203.0.113.20')) > 800_000
  await eventually('a shared tally', isShared)
  const other = await house.openAnother()
  try {
    await ask(other.url, '/api/v1/vehicles', address)
    const isRefused = async () => (await ask(other.url, '/api/v1/vehicles', address)).status === 429
    expect(await eventually('a refusal by the other gateway', isRefused)).toBe(true)
  } finally {
    await other.close()
  }
})

test('what is kept of a caller disappears when their budget is whole again', async () => {
  const house = await open({ RATE_LIMIT_WINDOW_MS: '2000' })
  await house.ask('/api/v1/vehicles', from('203.0.113.21'))
  const key = 'limit:gateway:address:203.0.113.21'
  await eventually('a shared tally', async () => (await house.redis.exists(key)) === 1)
  expect(await house.redis.pttl(key)).toBeLessThanOrEqual(2_000)
  await eventually('its end', async () => (await house.redis.exists(key)) === 0)
})

test('without Redis requests go on, and the limit holds in each gateway', async () => {
  const house = await open({ REDIS_URL: 'redis://127.0.0.1:1' })
  const count = await passed(30, () => house.ask('/api/v1/vehicles', from('203.0.113.22')))
  expect(count).toBe(10)
})

test('while identity is silent nobody waits for its keys, and tokens count for the address', async () => {
  const house = await open()
  house.services.identity.answer(() => undefined)
  const silent = await house.openAnother({
    JWKS_URL: `${house.services.identity.url}/.well-known/jwks.json`,
  })
  try {
    const headers = { authorization: `Bearer ${tokenOf({ ...asha, userId: randomUUID() })}` }
    const answer = await ask(silent.url, '/api/v1/vehicles', { headers })
    expect(answer.status).toBe(200)
  } finally {
    await silent.close()
  }
})
