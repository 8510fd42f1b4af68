import { randomUUID } from 'node:crypto'
import { open } from '@forecourt/platform/run'
import { caller } from '@forecourt/testing/caller'
import { asha, gita, isha, kiran, meera, pune, ravi } from '@forecourt/testing/people'
import { eventually } from '@forecourt/testing/eventually'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

const NOWHERE = '0192f000-0000-7000-8000-00000000dead'

async function buy(body: object = {}, as = asha) {
  return stack.call('POST /bicycles', { as, body: { name: 'Atlas', ...body } })
}

async function rowsNamed(name: string) {
  const { rows } = await stack.admin.query('select * from bicycle where name = $1', [name])
  return rows as Record<string, unknown>[]
}

function auditLine(is: (data: Record<string, unknown>) => boolean) {
  return stack.topics.next('identity.audit.recorded.v1', ({ data }) => data !== null && is(data))
}

test('who asks is judged before what is asked: 401, then 403, then 422', async () => {
  const body = { name: 7 }
  const anonymous = await stack.call('POST /bicycles', { body })
  expect(anonymous.body.error).toMatchObject({ code: 'AUTH_002', reason: 'token_missing' })
  const stranger = await stack.call('POST /bicycles', { as: isha, body })
  expect(stranger.body.error).toMatchObject({ code: 'AUTH_003', reason: 'permission_missing' })
  const careless = await stack.call('POST /bicycles', { as: asha, body })
  expect([careless.status, careless.body.error?.reason]).toEqual([422, 'body_invalid'])
})

test('a request that is refused before its limit takes nothing from the budget', async () => {
  const ask = (how: string, headers = {}) =>
    stack.call('POST /stumbles', { body: { how, bell: 'order', count: 1 }, headers })
  expect((await ask('unheard-of')).status).toBe(422)
  expect((await ask('nothing', { 'idempotency-key': 'short' })).status).toBe(422)
  expect((await ask('nothing')).status).toBe(201)
  expect((await ask('nothing')).status).toBe(429)
})

test('every faulty field is named with the message that fits it', async () => {
  const { body } = await stack.call('POST /bicycles', { as: asha, body: { priceMinor: 'much' } })
  expect(body.errors?.['name']).toEqual(['This field is required'])
  expect(body.errors?.['priceMinor']?.[0]).toMatch(/number/)
})

test('fields that nobody asked for are dropped, whatever they are called', async () => {
  const text = `{"name":"Dropped","status":"sold","serviceCenterId":"${NOWHERE}","version":9,
    "__proto__":{"color":"red"},"constructor":{"prototype":{"color":"red"}}}`
  const { status, data } = await stack.call('POST /bicycles', {
    as: asha,
    body: new TextEncoder().encode(text),
    headers: { 'content-type': 'application/json' },
  })
  expect(status).toBe(201)
  expect(data).toMatchObject({ status: 'new', version: 1, serviceCenterId: pune, color: null })
  expect((await rowsNamed('Dropped'))[0]).toMatchObject({ status: 'new', color: null })
})

test('an answer holds what it promises and nothing else', async () => {
  const { data, text } = await buy()
  expect(text).not.toContain('saddle')
  expect(data).not.toHaveProperty('secretNote')
  const list = await stack.call('GET /bicycles', { as: asha })
  expect(list.text).not.toContain('saddle')
})

test('the keys of a document are answered as they were stored', async () => {
  expect((await buy()).data['extras']).toEqual({ snake_case: 1 })
})

test.each(['1', 'null', 'undefined', '0192f000', `${NOWHERE}x`, "' or 1=1 --", '..%2f..', '%00'])(
  'the id %s is not found, and Postgres is not asked for it',
  async (id) => {
    const { status, body } = await stack.call(`GET /bicycles/${encodeURI(id)}`, { as: kiran })
    expect([status, body.error?.code]).toEqual([404, 'NOT_FOUND_001'])
  },
)

test.each(['/bicycles/%zz', `/bicycles/${'a'.repeat(300)}`, '/nowhere'])(
  'the address %s is answered in the envelope of the house',
  async (path) => {
    const { status, body } = await stack.call(`GET ${path}` as 'GET /x', { as: kiran })
    expect(status).toBeLessThan(500)
    expect(body).toMatchObject({ success: false, status, meta: { requestId: expect.any(String) } })
  },
)

test.each([
  ['a body that is no JSON', '{"name":', 400],
  ['a NUL inside a text', '{"name":"a\\u0000b"}', 422],
  ['half a surrogate pair', '{"name":"a\\ud800b"}', 422],
  ['a body of the wrong kind', '[1,2]', 422],
])('%s is the fault of the caller, never ours', async (_, text, expected) => {
  const { status, body } = await stack.call('POST /bicycles', {
    as: asha,
    body: new TextEncoder().encode(text),
    headers: { 'content-type': 'application/json' },
  })
  expect([status, body.error?.code]).toEqual([expected, 'VALIDATION_001'])
})

test('a NUL in the query is the fault of the caller', async () => {
  const { status } = await stack.call('GET /bicycles', { as: asha, query: { search: 'a\0b' } })
  expect(status).toBe(422)
})

test('a write is its row, its event and its audit line', async () => {
  const { data } = await buy({ name: 'Whole' })
  const told = await stack.topics.next(
    'identity.service-center.opened.v1',
    ({ key }) => key === data.id,
  )
  expect(told.headers).toMatchObject({ ce_sequence: '1', ce_subject: data.id })
  const line = await auditLine(({ entityId }) => entityId === data.id)
  expect(line.data).toMatchObject({
    action: 'POST /bicycles',
    outcome: 'done',
    userId: asha.userId,
    role: 'advisor',
    serviceCenterId: pune,
  })
})

test('an error after the event leaves neither row nor event nor line', async () => {
  const { status, body } = await buy({ name: 'Half', fault: 'throws_after_emit' })
  expect(status).toBe(500)
  expect(body.message).toBe('Something went wrong on our side.')
  expect(JSON.stringify(body)).not.toContain('chain')
  expect(await rowsNamed('Half')).toEqual([])
  const { rows } = await stack.admin.query(`select from outbox where data like '%Half%'`)
  expect(rows).toEqual([])
  const told = await stack.told()
  expect(told.some(({ data }) => JSON.stringify(data).includes('Half'))).toBe(false)
})

test.each(['foreign', 'too_much'])('an event that is %s is refused with its write', async (how) => {
  const { status } = await stack.call('POST /stumbles', { body: { how } })
  expect(status).toBe(500)
  const { rows } = await stack.admin.query(`select from outbox where topic like '%customer%'`)
  expect(rows).toEqual([])
})

test('a change too large for an audit line is done, and its line says so', async () => {
  const { status, data } = await buy({ name: 'Long', color: 'x'.repeat(100_000) })
  expect(status).toBe(201)
  const line = await auditLine(({ entityId }) => entityId === data.id)
  expect(line.data?.['after']).toEqual({ tooLarge: true, fields: expect.stringContaining('color') })
})

test('an audit line recognises a person and gives nobody away', async () => {
  const { data } = await buy({ name: 'Harshvardhan' })
  await stack.call(`PUT /bicycles/${data.id}`, { as: asha, body: { name: 'Yashwantrao' } })
  const line = await auditLine(
    ({ entityId, action }) => entityId === data.id && action === 'PUT /bicycles/:id',
  )
  expect(line.data).toMatchObject({
    before: { name: '********dhan', version: 1 },
    after: { name: '*******trao', version: 2 },
  })
  expect(JSON.stringify(line.data)).not.toMatch(/Harsh|Yash/)
})

test('the address of a line is what a trusted proxy says, and nothing that a caller says', async () => {
  const addressOf = async (url: string, forwarded: string) => {
    const requestId = randomUUID()
    await caller(url)('PUT /bicycles/x', {
      as: isha,
      headers: { 'x-forwarded-for': forwarded, 'x-request-id': requestId },
    })
    const line = await auditLine((data) => data['requestId'] === requestId)
    return line.data?.['address']
  }
  expect(await addressOf(stack.url, '203.0.113.9')).toBe('203.0.113.9')
  expect(await addressOf(stack.url, '198.51.100.1, 203.0.113.9')).toBe('203.0.113.9')
  const distant = await open(bicycles, { ...stack.env, TRUST_PROXY: '10.0.0.0/8' })
  expect(await addressOf(distant.url, '203.0.113.9')).toBe('127.0.0.1')
  await distant.close()
})

test('a refused attempt leaves a line with its reason', async () => {
  await stack.call(`PUT /bicycles/${NOWHERE}/moves`, { as: isha, body: { move: 'sell' } })
  const line = await auditLine(
    ({ userId, action }) => userId === isha.userId && action === 'PUT /bicycles/:id/moves',
  )
  expect(line.data).toMatchObject({ outcome: 'refused', reason: 'permission_missing' })
})

test.each([
  ['the id', NOWHERE, NOWHERE],
  ['nothing that is no id', '%2B919876543210', null],
  ['no half of a text', 'a%00b', null],
])('the line of a refused attempt holds %s', async (_, id, entityId) => {
  const requestId = randomUUID()
  const headers = { 'x-request-id': requestId }
  const { status } = await stack.call(`PUT /bicycles/${id}`, { as: isha, body: {}, headers })
  expect(status).toBe(403)
  const line = await auditLine((data) => data['requestId'] === requestId)
  expect(line.data).toMatchObject({ outcome: 'refused', entityId })
  expect(JSON.stringify(line.data)).not.toContain('9876543210')
})

test('staff that reads one person leaves a line; a person who reads itself does not', async () => {
  const { data } = await buy()
  await stack.admin.query('update bicycle set owner_id = $1 where id = $2', [gita.userId, data.id])
  expect((await stack.call(`GET /bicycles/${data.id}`, { as: gita })).status).toBe(200)
  expect((await stack.call(`GET /bicycles/${data.id}`, { as: ravi })).status).toBe(200)
  const line = await auditLine(
    ({ outcome, entityId }) => outcome === 'read' && entityId === data.id,
  )
  expect(line.data).toMatchObject({ entity: 'bicycle', userId: ravi.userId })
  const told = await stack.told()
  expect(told.some((event) => event.data?.['userId'] === gita.userId)).toBe(false)
})

test('a change needs the version that its caller saw', async () => {
  const bought = await buy()
  expect(bought.headers.get('etag')).toBe('"1"')
  const change = (version: string) =>
    stack.call(`PUT /bicycles/${bought.data.id}`, {
      ...{ as: asha, body: { color: 'green' } },
      headers: { 'if-match': version },
    })
  const changed = await change('"1"')
  expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"'])
  const late = await change('"1"')
  expect([late.status, late.body.error?.reason]).toEqual([412, 'version_changed'])
  expect((await change('W/"2"')).status).toBe(200)
  expect((await change('"two"')).body.error?.reason).toBe('version_malformed')
})

test('of 16 people who change one version at once, one wins', async () => {
  const { data } = await buy()
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, at) =>
      stack.call(`PUT /bicycles/${data.id}`, {
        ...{ as: asha, body: { color: `color ${at}` } },
        headers: { 'if-match': '"1"' },
      }),
    ),
  )
  const tally = Map.groupBy(answers, ({ status }) => status)
  expect(tally.get(200)).toHaveLength(1)
  expect(tally.get(412)).toHaveLength(15)
  const [winner] = tally.get(200) ?? []
  const seen = await stack.call(`GET /bicycles/${data.id}`, { as: asha })
  expect(seen.data).toMatchObject({ version: 2, color: winner?.data['color'] })
})

test('a move that the state forbids is refused, and names the state', async () => {
  const { data } = await buy()
  const move = (name: string, as = asha) =>
    stack.call(`PUT /bicycles/${data.id}/moves`, { as, body: { move: name } })
  expect((await move('scrap', meera)).status).toBe(404)
  const early = await move('sell', kiran)
  expect(early.body.error).toMatchObject({ reason: 'state_forbids', details: { status: 'new' } })
  expect((await move('prepare')).data).toMatchObject({ status: 'ready', version: 2 })
  expect((await move('sell')).body.error?.reason).toBe('permission_missing')
  await stack.topics.next('identity.service-center.changed.v1', ({ key }) => key === data.id)
})

test('a raw endpoint weighs its stream, and repeats its answer for a repeated key', async () => {
  const ask = (size: number) =>
    stack.call<{ bytes: number }>('POST /weighings', {
      as: asha,
      body: new Uint8Array(size),
      headers: { 'content-type': 'multipart/form-data', 'idempotency-key': 'weighing-00000001' },
    })
  const first = await ask(5_000)
  expect([first.status, first.data]).toEqual([201, { bytes: 5_000 }])
  const again = await ask(5_000)
  expect(again.text).toBe(first.text)
  expect(wrench.runs.get('weigh')).toBe(1)
  expect((await ask(4_000)).body.error?.reason).toBe('idempotency_key_reused')
})

test('a connection that dies while its handler waits ends that request only', async () => {
  let open: () => void = () => undefined
  wrench.gates.set('terminated', new Promise((resolve) => (open = resolve)))
  const asking = stack.call('POST /lingerings', { body: { gate: 'terminated' } })
  const pid = await eventually('a backend', () => wrench.runs.get('terminated'))
  await stack.admin.query('select pg_terminate_backend($1)', [pid])
  await new Promise((resolve) => setTimeout(resolve, 200))
  open()
  const { status, headers } = await asking
  expect([status, headers.get('retry-after')]).toEqual([503, '2'])
  expect((await stack.call('GET /bicycles', { as: asha })).status).toBe(200)
})
