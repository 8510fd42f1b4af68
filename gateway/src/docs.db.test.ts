import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@forecourt/contracts/catalogue'
import { startInbox, type Inbox } from '@forecourt/inbox/server'
import { leaseRedis } from '@forecourt/testing/redis-lease'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHouse, type TestHouse } from './test-house.ts'
import type { EventEntry } from './event-catalogue.ts'

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: '1'.repeat(32) }

let dataDir: string
let inbox: Inbox
let house: TestHouse

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-inbox-'))
  inbox = await startInbox({ dataDir, ...account })
  house = await openHouse(await leaseRedis(), { NODE_ENV: 'development', INBOX_URL: inbox.httpUrl })
})
afterAll(async () => {
  await house.close()
  await inbox.close()
  await rm(dataDir, { recursive: true })
})

/** Sends as the notification service does, to the provider's side of the inbox. */
async function sendSms(to: string, text: string): Promise<void> {
  const { accountSid, authToken } = account
  const response = await fetch(`${inbox.httpUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    body: new URLSearchParams({ To: to, From: '+15005550006', Body: text }),
  })
  expect(response.status).toBe(201)
}

function describes(path: string): void {
  const document = { openapi: '3.1.0', paths: { [path]: { get: { tags: ['x'], responses: {} } } } }
  const service = path.startsWith('/auth') ? 'identity' : 'customer-vehicle'
  house.services[service].answer((incoming, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(incoming.url === '/openapi.json' ? JSON.stringify(document) : '{}')
  })
}

describe('the documentation', () => {
  test('shows the API of the services that run, as callers use it', async () => {
    describes('/auth/me')
    describes('/vehicles')
    const answer = await house.ask('/docs/openapi.json')
    expect(answer.status).toBe(200)
    const document = answer.json<{ paths: object; servers: object }>()
    expect(Object.keys(document.paths)).toEqual([
      '/api/v1/admin/system-health',
      '/api/v1/auth/me',
      '/api/v1/customers/{id}/export',
      '/api/v1/vehicles',
    ])
    expect(document.servers).toEqual([{ url: '/' }])
  })

  test('is a page that needs nothing from elsewhere', async () => {
    const page = await house.ask('/docs')
    expect(page.status).toBe(200)
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/https?:|upgrade-insecure-requests/)
    const files = Array.from(page.text.matchAll(/(?:src|href)="([^"]+)"/g), ([, file = '']) => file)
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) expect((await house.ask(file)).status).toBe(200)
    expect((await house.ask('/docs/json')).headers.location).toBe('/docs/openapi.json')
  })

  test('lists the public events alone, for people and for programs', async () => {
    const events = (await house.ask('/docs/events')).json<EventEntry[]>()
    expect(events.length).toBeGreaterThan(3)
    const registered = events.find(({ name }) => name === 'customer-vehicle.customer.registered.v1')
    expect(registered).toMatchObject({
      topic: 'forecourt.customer-vehicle.customer.v1',
      key: 'customerId',
    })
    expect(registered?.fields.map(({ name }) => name)).toContain('customerId')
    expect(events.some(({ topic }) => topic.includes('.otp.'))).toBe(false)
    const { text } = await house.ask('/docs/events', { headers: { accept: 'text/html' } })
    const anchors = Array.from(text.matchAll(/<article id="([^"]+)"/g), ([, name]) => name)
    expect(anchors).toEqual(events.map(({ name }) => name))
    const internal = catalogue.filter(({ spec }) => spec.audience === 'internal')
    const noun = ({ topic }: { topic: string }) => topic.replace(/^forecourt\.|\.v\d+$/g, '')
    const plain = text.replaceAll('<wbr>', '')
    expect(internal.filter((event) => plain.includes(noun(event)))).toEqual([])
    const known = new Set(events.flatMap(({ fields }) => fields.map(({ name }) => name)))
    const secret = new Set(internal.flatMap(({ data }) => Object.keys(data.shape)))
    const shown = Array.from(plain.matchAll(/<dt><code>([^<]+)</g), ([, name = '']) => name)
    expect(shown).toEqual(expect.arrayContaining([...known]))
    expect(shown.filter((name) => secret.has(name) && !known.has(name))).toEqual([])
  })

  test('shows each event with what it takes to listen to it', async () => {
    const events = (await house.ask('/docs/events')).json<EventEntry[]>()
    const mute = events.filter(({ fields, example }) => {
      return example === undefined || fields.some(({ about, type }) => about === '' || type === '')
    })
    expect(mute).toEqual([])
    const changed = events.find(({ name }) => name === 'customer-vehicle.customer.changed.v1')
    expect(changed).toMatchObject({
      key: 'customerId',
      heardBy: expect.arrayContaining(['notification']) as string[],
      example: { headers: { ce_type: 'forecourt.customer-vehicle.customer.changed.v1' } },
    })
    expect(changed?.fields.find(({ name }) => name === 'email')).toMatchObject({
      type: 'string or null',
      required: true,
      encrypted: true,
    })
  })

  test('shows the events on a page that a browser lets run, and that asks nobody', async () => {
    const page = await house.ask('/docs/events', { headers: { accept: 'text/html' } })
    expect(page.headers['content-type']).toMatch(/text\/html/)
    const policy = String(page.headers['content-security-policy'])
    expect(policy).not.toMatch(/https?:|unsafe|'self'/)
    for (const tag of ['style', 'script']) {
      const [, inside = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page.text) ?? []
      const hash = createHash('sha256').update(inside).digest('base64')
      expect(policy).toContain(`${tag}-src 'sha256-${hash}'`)
    }
    expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    const goals = Array.from(page.text.matchAll(/href="#([^"]+)"/g), ([, goal]) => goal)
    expect(goals.filter((goal) => !page.text.includes(`id="${goal}"`))).toEqual([])
  })

  test('has the AsyncAPI document that is derived from the contracts', async () => {
    const answer = await house.ask('/docs/asyncapi.json')
    expect(answer.json<object>()).toMatchObject({
      asyncapi: expect.stringMatching(/^3\./) as string,
    })
  })
})

describe('the inbox', () => {
  test('is read under our address, with every link of its page', async () => {
    await sendSms('+919876543210', 'Your code is 123456')
    const messages = await house.ask('/dev/inbox/messages?to=%2B919876543210&limit=1')
    expect(messages.json<object[]>()).toMatchObject([
      { channel: 'sms', to: '+919876543210', text: 'Your code is 123456' },
    ])
    for (const path of ['/dev/inbox', '/dev/inbox/']) {
      const page = await house.ask(path)
      expect(page.text).toContain('123456')
      expect(page.headers['content-security-policy']).toContain("script-src 'self'")
      const links = Array.from(page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g), ([, to = '']) => to)
      expect(links.length).toBeGreaterThan(1)
      for (const link of links) expect((await house.ask(link)).status).toBe(200)
    }
  })

  test('shows its reading side alone', async () => {
    const provider = `/2010-04-01/Accounts/${account.accountSid}/Messages.json`
    const paths = ['/dev/inbox/faults', `/dev/inbox${provider}`, '/dev/inbox/../faults']
    for (const path of paths) expect((await house.ask(path)).status).toBe(404)
    expect((await house.ask('/dev/inbox/messages', { method: 'POST' })).status).toBe(404)
  })
})

test('readiness tells of each service, liveness of us alone', async () => {
  for (const [name, service] of Object.entries(house.services)) {
    service.answer((_incoming, response) => {
      const status = name === 'reporting' ? 'not ready' : 'ready'
      response.setHeader('content-type', 'application/json')
      response.statusCode = name === 'reporting' ? 503 : 200
      response.end(JSON.stringify({ status, checks: { database: status === 'ready' } }))
    })
  }
  const ready = await house.ask('/readyz')
  expect(ready.status).toBe(503)
  expect(ready.json<object>()).toEqual({
    status: 'not ready',
    services: {
      identity: { status: 'ready', checks: { database: true } },
      'customer-vehicle': { status: 'ready', checks: { database: true } },
      inventory: { status: 'ready', checks: { database: true } },
      workshop: { status: 'ready', checks: { database: true } },
      billing: { status: 'ready', checks: { database: true } },
      notification: { status: 'ready', checks: { database: true } },
      reporting: { status: 'not ready', checks: { database: false } },
    },
  })
  expect((await house.ask('/livez')).status).toBe(200)
  const metrics = await house.ask('/metrics')
  expect(metrics.text).toMatch(/forecourt_gateway_request_seconds_count\{upstream="gateway"/)
  expect(metrics.text).toMatch(/^forecourt_gateway_in_flight\{service="identity"\} 0$/m)
})

test('in production metrics stand on a port of their own, and not at the door', async () => {
  const sealed = await openHouse(await leaseRedis(), { NODE_ENV: 'production', METRICS_PORT: '0' })
  for (const path of ['/metrics', '/api/v1/metrics', '/api/metrics']) {
    expect((await sealed.ask(path)).status).toBe(404)
  }
  const told = await fetch(sealed.metricsUrl ?? '')
  expect(told.headers.get('content-type')).toContain('text/plain')
  expect(await told.text()).toContain('# TYPE forecourt_gateway_request_seconds histogram')
  expect((await fetch(new URL('/readyz', sealed.metricsUrl))).status).toBe(404)
  await sealed.close()
})
