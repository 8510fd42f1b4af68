import { eventually } from '@forecourt/testing/eventually'
import { asha, kiran } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles, { DATABASE_POOL_MAX: '6' })))
afterAll(() => stack?.close())

async function buy(name: string): Promise<string> {
  const { data } = await stack.call('POST /bicycles', { as: asha, body: { name } })
  return data.id
}

function gate(name: string): () => void {
  let open: () => void = () => undefined
  wrench.gates.set(name, new Promise((resolve) => (open = resolve)))
  return open
}

/** Connections of the service, as Postgres sees them. */
async function terminateAll(): Promise<number> {
  const { rowCount } = await stack.admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename like 'forecourt_%'`,
  )
  return rowCount ?? 0
}

test('writes that lock one another are repeated, and none of them fails', async () => {
  const ids = [await buy('left'), await buy('right')]
  const swap = (order: string[]) =>
    stack.call('POST /stumbles', { body: { how: 'swap', ids: order } })
  const runs = wrench.runs.get('stumble:swap') ?? 0
  const answers = await Promise.all([
    ...[swap(ids), swap(ids.toReversed())],
    ...[swap(ids), swap(ids.toReversed())],
  ])
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  expect((wrench.runs.get('stumble:swap') ?? 0) - runs).toBeGreaterThan(4)
})

test('a statement that was prepared before a migration goes on after it', async () => {
  const id = await buy('migrated')
  const read = () => stack.call(`GET /bicycles/${id}`, { as: asha })
  const change = () => stack.call(`PUT /bicycles/${id}`, { as: asha, body: { color: 'blue' } })
  await Promise.all([read(), read(), read(), change(), change()])
  await stack.admin.query('alter table bicycle add column bell text')
  const after = await Promise.all([read(), read(), read(), change(), change()])
  expect(after.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
})

test('a connection cut under a statement is an outage, and the next one is good', async () => {
  const cut = await stack.call('POST /stumbles', { body: { how: 'outage' } })
  expect([cut.status, cut.body.error?.code]).toEqual([503, 'UNAVAILABLE_001'])
  expect(cut.headers.get('retry-after')).toBe('2')
  expect((await stack.call('GET /bicycles', { as: asha })).status).toBe(200)
})

test('when every connection is cut, no request sees more than an outage', async () => {
  const asking = Array.from({ length: 40 }, async (_, at) => {
    await new Promise((resolve) => setTimeout(resolve, at * 5))
    return stack.call('GET /bicycles', { as: asha })
  })
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(await terminateAll()).toBeGreaterThan(0)
  const statuses = (await Promise.all(asking)).map(({ status }) => status)
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([])
  await expect.poll(async () => (await stack.call('GET /bicycles', { as: asha })).status).toBe(200)
  await buy('after the cut')
  await stack.topics.next(
    'identity.service-center.opened.v1',
    ({ data }) => data?.['name'] === 'after the cut',
  )
})

test('when all connections are taken, the next request is told to come back', async () => {
  const open = gate('crowd')
  const crowd = Array.from({ length: 12 }, () =>
    stack.call('POST /lingerings', { body: { gate: 'crowd' } }),
  )
  await eventually('somebody who waits for a connection', () => stack.pool.waitingCount > 0)
  const late = await stack.call('GET /bicycles', { as: kiran })
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '2'])
  open()
  const statuses = (await Promise.all(crowd)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(0)
  expect(statuses.filter((status) => status !== 201 && status !== 503)).toEqual([])
  expect((await stack.call('GET /bicycles', { as: kiran })).status).toBe(200)
})
