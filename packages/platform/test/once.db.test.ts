import { randomUUID } from 'node:crypto'
import { asha, meera } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

interface Buying {
  as?: typeof asha
  key?: string
  query?: Record<string, string>
}

function buy(name: string, { as = asha, key = name.padEnd(16, '-'), query = {} }: Buying = {}) {
  const headers = { 'idempotency-key': key }
  return stack.call('POST /bicycles', { as, headers, query, body: { name } })
}

async function countNamed(name: string): Promise<number> {
  const { rows } = await stack.admin.query<{ count: string }>(
    'select count(*) from bicycle where name = $1',
    [name],
  )
  return Number(rows[0]?.count)
}

test('a repeated request gets the first answer byte for byte, and does nothing', async () => {
  const first = await buy('repeated')
  const again = await buy('repeated')
  expect(first.status).toBe(201)
  expect([again.status, again.text]).toEqual([201, first.text])
  expect(await countNamed('repeated')).toBe(1)
})

test('the same address in another spelling is the same request', async () => {
  const ask = (path: string) =>
    stack.call(`POST ${path}` as 'POST /bicycles', {
      as: asha,
      headers: { 'idempotency-key': 'one-of-many-spellings' },
      body: { name: 'spelt' },
    })
  const first = await ask('/bicycles')
  expect((await ask('/bicycles/')).text).toBe(first.text)
  expect(await countNamed('spelt')).toBe(1)
})

test('what is kept for a repetition can be read by nobody', async () => {
  await buy('confidential')
  const { rows } = await stack.admin.query<{ answer: string }>('select answer from idempotency')
  expect(rows.length).toBeGreaterThan(0)
  for (const { answer } of rows) expect(answer).toMatch(/^1\.[\w-]+$/)
})

test('another body or query under the same key is refused', async () => {
  await buy('bodies')
  const other = await buy('something else', { key: 'bodies'.padEnd(16, '-') })
  expect([other.status, other.body.error?.reason]).toEqual([422, 'idempotency_key_reused'])
  const asked = await buy('bodies', { query: { dry: 'true' } })
  expect(asked.body.error?.reason).toBe('idempotency_key_reused')
  expect(await countNamed('something else')).toBe(0)
})

test('of 16 duplicates at once one has its effect, and all get its answer', async () => {
  const answers = await Promise.all(Array.from({ length: 16 }, () => buy('parallel')))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect(await countNamed('parallel')).toBe(1)
  expect(wrench.runs.get('buy:parallel')).toBe(1)
})

test('when the first one fails, the duplicate that waited for it does the work', async () => {
  let open: () => void = () => undefined
  wrench.gates.set('first fails', new Promise((resolve) => (open = resolve)))
  const headers = { 'idempotency-key': 'first-fails-00001' }
  const ask = (fault?: string) =>
    stack.call('POST /bicycles', {
      ...{ as: asha, headers },
      body: { name: 'first fails', ...(fault && { fault }) },
    })
  const failing = ask('throws_after_emit')
  await expect.poll(() => wrench.runs.get('buy:first fails')).toBe(1)
  // It waits for the ticket of the first one, and could not differ from it if that had succeeded.
  const waiting = ask()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(wrench.runs.get('buy:first fails')).toBe(1)
  open()
  expect((await failing).status).toBe(500)
  expect((await waiting).status).toBe(201)
  expect(await countNamed('first fails')).toBe(1)
})

test('a refused request leaves its key free', async () => {
  const key = randomUUID()
  const ask = (how: string) =>
    stack.call('POST /stumbles', { headers: { 'idempotency-key': key }, body: { how } })
  expect((await ask('refuse')).status).toBe(409)
  const { rowCount } = await stack.admin.query(`select from idempotency where status is null`)
  expect(rowCount).toBe(0)
  expect((await ask('refuse')).status).toBe(409)
})

test('two people may use the same key', async () => {
  const [mine, yours] = [await buy('shared'), await buy('shared', { as: meera })]
  expect(yours.status).toBe(201)
  expect(yours.data.id).not.toBe(mine.data.id)
})

test('the same key on another path is another request', async () => {
  const [one, other] = [await buy('path-one'), await buy('path-other')]
  const change = (id: string) =>
    stack.call(`PUT /bicycles/${id}`, {
      as: asha,
      headers: { 'idempotency-key': 'same-key-on-both-paths' },
      body: { color: 'blue' },
    })
  expect((await change(one.data.id)).data.id).toBe(one.data.id)
  expect((await change(other.data.id)).data.id).toBe(other.data.id)
  expect((await change(one.data.id)).data.version).toBe(2)
})

test('a replay is not charged, however many twins ask at once', async () => {
  const key = randomUUID()
  const ask = (headers = {}) =>
    stack.call('POST /stumbles', { headers, body: { how: 'nothing', bell: 'replay', count: 2 } })
  expect((await ask({ 'idempotency-key': key })).status).toBe(201)
  for (let tries = 0; tries < 5; tries += 1) {
    expect((await ask({ 'idempotency-key': key })).status).toBe(201)
  }
  expect((await ask()).status).toBe(201)
  expect((await ask()).status).toBe(429)
  expect((await ask({ 'idempotency-key': key })).status).toBe(201)
})

test('a twin that waited gives its budget back', async () => {
  const ask = (headers = {}) =>
    stack.call('POST /stumbles', {
      headers,
      body: { how: 'nothing', bell: 'twins', count: 9 },
    })
  const twins = await Promise.all(
    Array.from({ length: 8 }, () => ask({ 'idempotency-key': 'eight-twins-at-once' })),
  )
  expect(twins.every(({ status }) => status === 201)).toBe(true)
  const others = await Promise.all(Array.from({ length: 8 }, () => ask()))
  expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201))
  expect((await ask()).status).toBe(429)
})

test('an answer that holds a token is stored nowhere, and a repetition runs again', async () => {
  const ask = () =>
    stack.call<{ accessToken: string }>('POST /tokens', {
      headers: { 'idempotency-key': 'token-0000000000' },
      body: { password: 'open sesame' },
    })
  const [first, again] = [await ask(), await ask()]
  expect(first.headers.get('cache-control')).toBe('no-store')
  expect(again.data.accessToken).not.toBe(first.data.accessToken)
  const { rows } = await stack.admin.query(
    `select from idempotency where answer like '%token-%' union all
     select from outbox where data like '%token-%' or data like '%sesame%'`,
  )
  expect(rows).toEqual([])
  const told = (await stack.told()).map(({ data }) => data)
  expect(told.filter((data) => data?.['action'] === 'POST /tokens')).toHaveLength(2)
  expect(JSON.stringify(told)).not.toMatch(/token-\d|sesame/)
})

test.each(['short', 'x'.repeat(129), 'with a space in it', 'ümläuts-in-the-key'])(
  'the key "%s" is refused',
  async (key) => {
    const { status, body } = await stack.call('POST /stumbles', {
      headers: { 'idempotency-key': key },
      body: { how: 'nothing' },
    })
    expect([status, body.error?.reason]).toEqual([422, 'idempotency_key_malformed'])
  },
)
