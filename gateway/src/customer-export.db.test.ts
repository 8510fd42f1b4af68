import type { IncomingHttpHeaders } from 'node:http'
import { serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import { asha, gita, kiran, type Person } from '@forecourt/testing/people'
import { leaseRedis } from '@forecourt/testing/redis-lease'
import { serveKeys, tokenOf } from '@forecourt/testing/tokens'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openHouse, type TestHouse } from './test-house.ts'

const customer = '01a1fec4-1741-735f-8b54-a85693dcda7a'
const account = '01a1fec4-1741-7d76-85a3-f9b9f92dd9ce'
const PATH = `/api/v1/customers/${customer}/export`

let house: TestHouse
let keys: Awaited<ReturnType<typeof serveKeys>>
beforeAll(async () => {
  keys = await serveKeys()
  const limits = { RATE_LIMIT_USER_MAX_REQUESTS: '40', TRUST_PROXY: '127.0.0.1' }
  house = await openHouse(await leaseRedis(), { ...limits, JWKS_URL: keys.url })
})
beforeEach(() => {
  for (const name of serviceNames) answer(name, 200, { data: kept(name) })
})
afterAll(async () => {
  await house.close()
  keys.close()
})

function kept(name: ServiceName, accountId: string | null = account) {
  const pair = accountId && 'a-pair'
  return { id: customer, accountId, pair, kept: { [name]: [{ id: customer, of: name }] } }
}

const urls = new Map<ServiceName, string>()
const told = new Map<ServiceName, IncomingHttpHeaders>()

function answer(name: ServiceName, status: number, body: object): void {
  house.services[name].answer(({ url, headers }, response) => {
    urls.set(name, url ?? '')
    told.set(name, headers)
    response.statusCode = headers.authorization ? status : 401
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
  })
}

const asked = (person: Person = kiran, path = PATH) =>
  house.ask(path, { headers: { authorization: `Bearer ${tokenOf(person)}` } })

interface Answer {
  data: { id: string; accountId: string; services: Record<string, object> }
}

test('what all services keep is one answer, and nobody keeps it on its way', async () => {
  for (const path of [PATH, PATH.replace('/v1', '')]) {
    const answered = await asked(gita, path)
    expect([answered.status, answered.headers['cache-control']]).toEqual([200, 'no-store'])
    const { id, accountId, services } = answered.json<Answer>().data
    expect([id, accountId]).toEqual([customer, account])
    expect(Object.keys(services).toSorted()).toEqual([...serviceNames].toSorted())
    expect(services['billing']).toEqual(kept('billing').kept)
  }
  expect(urls.get('customer-vehicle')).toBe(`/personal-data/customer-vehicle/${customer}`)
  expect(urls.get('identity')).toBe(
    `/personal-data/identity/${customer}?accountId=${account}&pair=a-pair`,
  )
})

test('whoever keeps nothing of them is in it all the same', async () => {
  answer('inventory', 404, {})
  const { services } = (await asked()).json<Answer>().data
  expect(services['inventory']).toEqual({})
})

test('whom the owner does not show the customer is told nothing of any service', async () => {
  const refusal = { success: false, status: 404, error: { reason: 'not_found' } }
  answer('customer-vehicle', 404, refusal)
  const before = house.services.billing.count()
  const refused = await asked()
  expect([refused.status, refused.json<object>()]).toEqual([404, refusal])
  expect(house.services.billing.count()).toBe(before)
})

test('one service that refuses refuses for all', async () => {
  answer('billing', 403, { success: false })
  expect((await asked()).status).toBe(403)
})

test('half an export is none', async () => {
  for (const [status, body] of [
    [500, {}],
    [200, { data: {} }],
  ] as const) {
    answer('reporting', status, body)
    expect((await asked()).status).toBe(503)
  }
})

test('nobody is told anything without saying who they are', async () => {
  expect((await house.ask(PATH)).status).toBe(401)
})

test('every service is told who asks, and from where', async () => {
  const headers = {
    authorization: `Bearer ${tokenOf(kiran)}`,
    'user-agent': 'Desk/1.0',
    'x-forwarded-for': '203.0.113.77',
  }
  await house.ask(PATH, { headers })
  for (const name of ['customer-vehicle', 'billing'] as const) {
    expect(told.get(name)).toMatchObject({ ...headers, 'x-request-id': expect.any(String) })
  }
})

test('exports count in the general limit, like all that somebody asks for', async () => {
  const answers = await Promise.all(Array.from({ length: 45 }, () => asked(asha)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(40)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(5)
})
