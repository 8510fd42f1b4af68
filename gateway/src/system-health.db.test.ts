import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import type { ServiceHealth } from '@forecourt/platform/health'
import { asha, kiran, type Person } from '@forecourt/testing/people'
import { leaseRedis } from '@forecourt/testing/redis-lease'
import { serveKeys, tokenOf } from '@forecourt/testing/tokens'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openHouse, type TestHouse } from './test-house.ts'

const PATH = '/api/v1/admin/system-health'

let house: TestHouse
let keys: Awaited<ReturnType<typeof serveKeys>>
beforeAll(async () => {
  keys = await serveKeys()
  const limits = { RATE_LIMIT_USER_MAX_REQUESTS: '20', TRUST_PROXY: '127.0.0.1' }
  house = await openHouse(await leaseRedis(), { JWKS_URL: keys.url, ...limits })
})
beforeEach(() => {
  for (const name of serviceNames) answer(name, 200, { data: health(name) })
})
afterAll(async () => {
  await house.close()
  keys.close()
})

function health(service: ServiceName, status: ServiceHealth['status'] = 'healthy'): ServiceHealth {
  return {
    ...{ service, status, checks: { database: true } },
    outbox: { rows: 0, parked: 0, oldestSeconds: 0 },
    deadLetters: { poison: 0, failed: 0, held: 0 },
    consumers: [{ consumer: `${service}.access.v1`, lag: 0 }],
  }
}

const told = new Map<ServiceName, IncomingHttpHeaders>()

/** What a service says that was asked under its own name by this caller; else it knows nothing. */
function answer(name: ServiceName, status: number, body: object): void {
  house.services[name].answer(({ url, headers }, response) => {
    told.set(name, headers)
    const isAsked = url === `/admin/system-health/${name}` && headers.authorization
    response.statusCode = isAsked ? status : 404
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
  })
}

const asked = (person: Person, path = PATH) =>
  house.ask(path, { headers: { authorization: `Bearer ${tokenOf(person)}` } })

interface Answer {
  success: boolean
  data: { status: string; services: { service: string; status: string }[] }
}

test('the health of all services is one answer, under both prefixes', async () => {
  for (const path of [PATH, '/api/admin/system-health']) {
    const shown = await asked(kiran, path)
    expect(shown.status).toBe(200)
    const { success, data } = shown.json<Answer>()
    expect([success, data.status]).toEqual([true, 'healthy'])
    expect(data.services).toEqual(serviceNames.map((name) => health(name)))
  }
})

test('one service that is degraded, breaks or says nonsense makes the whole degraded', async () => {
  answer('identity', 200, { data: health('identity', 'degraded') })
  answer('notification', 503, {})
  answer('reporting', 200, { data: { service: 'reporting' } })
  const { data } = (await asked(kiran)).json<Answer>()
  expect(data.status).toBe('degraded')
  const faulty = data.services.filter(({ status }) => status !== 'healthy')
  expect(faulty.map(({ service, status }) => `${service} ${status}`)).toEqual([
    'identity degraded',
    'notification unreachable',
    'reporting unreachable',
  ])
  expect(data.services).toHaveLength(serviceNames.length)
})

test('whom one service refuses is told nothing of any', async () => {
  const refusal = { success: false, status: 403, error: { reason: 'permission_missing' } }
  answer('reporting', 403, refusal)
  const told = await asked(asha)
  expect(told.status).toBe(403)
  expect(told.json<object>()).toEqual(refusal)
})

test('whoever does not say who they are, or lies about it, reaches no service', async () => {
  const before = serviceNames.map((name) => house.services[name].count())
  expect((await house.ask(PATH)).status).toBe(401)
  const lie = { authorization: `Bearer ${tokenOf(kiran)}x` }
  expect((await house.ask(PATH, { headers: lie })).status).toBe(401)
  expect(serviceNames.map((name) => house.services[name].count())).toEqual(before)
})

test('when no service can judge the caller, nothing is told', async () => {
  for (const name of serviceNames) answer(name, 500, {})
  const told = await asked(kiran)
  expect([told.status, told.headers['retry-after']]).toEqual([503, '2'])
})

test('every service is told who asks, and from where', async () => {
  const headers = {
    authorization: `Bearer ${tokenOf(kiran)}`,
    'user-agent': 'Desk/1.0',
    'x-forwarded-for': '203.0.113.77',
  }
  await house.ask(PATH, { headers })
  expect(told.get('billing')).toMatchObject({ ...headers, 'x-request-id': expect.any(String) })
})

test('looking counts in the general limit, like all that somebody asks for', async () => {
  const somebody = { ...kiran, userId: randomUUID() }
  const answers = await Promise.all(Array.from({ length: 25 }, () => asked(somebody)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(5)
})
