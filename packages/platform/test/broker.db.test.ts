import { randomUUID } from 'node:crypto'
import { asha } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'
import { proxyBroker, type BrokerProxy } from './broker-proxy.ts'

let proxy: BrokerProxy
let stack: Stack
beforeAll(async () => {
  proxy = await proxyBroker(inject('kafkaBrokers'))
  stack = await openStack(bicycles, { KAFKA_BROKERS: proxy.brokers })
})
afterEach(() => proxy.mend())
afterAll(async () => {
  await stack?.close()
  await proxy?.close()
})

async function buy(count: number): Promise<string> {
  const name = randomUUID()
  for (let tries = 0; tries < count; tries += 1) {
    const { status } = await stack.call('POST /bicycles', { as: asha, body: { name } })
    expect(status).toBe(201)
  }
  return name
}

function toldOf(name: string): number {
  return stack.topics.seen.filter(({ data }) => data?.['name'] === name).length
}

async function waiting(name: string): Promise<number> {
  const { rowCount } = await stack.admin.query('select from outbox where data like $1', [
    `%"name":"${name}"%`,
  ])
  return rowCount ?? 0
}

test.each(['cut', 'hang'] as const)(
  'with the broker behind a %s commands succeed as ever, and their events follow',
  async (fault) => {
    proxy[fault]()
    const name = await buy(20)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(toldOf(name)).toBe(0)
    expect(await waiting(name)).toBe(20)
    proxy.mend()
    await expect.poll(() => toldOf(name), { timeout: 30_000 }).toBe(20)
    await expect.poll(() => waiting(name)).toBe(0)
  },
)

test('a service opens, works and closes while the broker is away', async () => {
  proxy.cut()
  const other = await stack.openAnother()
  const probe = await fetch(`${other.url}/livez`)
  expect(probe.status).toBe(200)
  await other.close()
  await expect(fetch(`${other.url}/livez`)).rejects.toThrow('fetch failed')
})
