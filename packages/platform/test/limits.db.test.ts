import { limiterOver, type Budget } from '@forecourt/platform/limit'
import { Problem } from '@forecourt/platform/problem'
import { connectRedis } from '@forecourt/platform/redis'
import { openLog } from '@forecourt/platform/log'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

async function takes(...budgets: Budget[]): Promise<boolean> {
  const { limiter } = stack.house
  return limiter.take(budgets).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Problem && error.reason === 'too_many_requests') return false
      throw error
    },
  )
}

async function admitted(times: number, ...budgets: Budget[]): Promise<number> {
  const all = await Promise.all(Array.from({ length: times }, () => takes(...budgets)))
  return all.filter(Boolean).length
}

test.each([1, 3, 7, 10, 30, 97, 120])(
  'of 200 at once a budget of %i admits exactly as many',
  async (count) => {
    expect(await admitted(200, { key: `burst ${count}`, count, perS: 900 })).toBe(count)
  },
)

test('a budget refills evenly, and never beyond its whole', async () => {
  const budget = { key: 'refill', count: 10, perS: 10_000 }
  expect(await admitted(20, budget)).toBe(10)
  await pass(3_500)
  expect(await admitted(20, budget)).toBe(3)
  await pass(15_000)
  expect(await admitted(30, budget)).toBe(10)

  /** What is kept is the moment at which the budget is whole again: it comes so much nearer. */
  async function pass(seconds: number): Promise<void> {
    await stack.redis.decrby('limit:refill', seconds * 1_000_000)
  }
})

test('what one of two budgets refuses takes nothing from the other', async () => {
  const wide = { key: 'wide', count: 5, perS: 600 }
  const narrow = { key: 'narrow', count: 1, perS: 600 }
  expect(await admitted(10, wide, narrow)).toBe(1)
  expect(await admitted(10, wide)).toBe(4)
})

test('every key expires, no later than its period', async () => {
  await admitted(50, { key: 'expiry', count: 20, perS: 60 }, { key: 'slow', count: 9, perS: 900 })
  const keys = await stack.redis.keys('limit:*')
  expect(keys).toContain('limit:expiry')
  for (const key of keys) {
    expect(await stack.redis.pttl(key)).toBeGreaterThan(0)
  }
  expect(await stack.redis.pttl('limit:expiry')).toBeLessThanOrEqual(60_000)
  expect(await stack.redis.pttl('limit:slow')).toBeLessThanOrEqual(900_000)
})

test('whoever is refused is told when to come back', async () => {
  const ask = () =>
    stack.call('POST /stumbles', { body: { how: 'nothing', bell: 'told', count: 2 } })
  await ask()
  await ask()
  const refused = await ask()
  expect([refused.status, refused.body.error?.code]).toEqual([429, 'RATE_001'])
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(30)
})

test('a request that fails through our fault costs nothing, by its own it does', async () => {
  const ask = (how: string, bell: string) =>
    stack.call('POST /stumbles', { body: { how, bell, count: 2 } })
  for (let tries = 0; tries < 4; tries += 1) expect((await ask('crash', 'ours')).status).toBe(500)
  expect((await ask('nothing', 'ours')).status).toBe(201)
  expect((await ask('refuse', 'theirs')).status).toBe(409)
  expect((await ask('refuse', 'theirs')).status).toBe(409)
  expect((await ask('refuse', 'theirs')).status).toBe(429)
})

test('without Redis a limit refuses with 503', async () => {
  const away = connectRedis('redis://127.0.0.1:1', openLog('test', 'silent'))
  const taking = limiterOver(away).take([{ key: 'away', count: 1, perS: 1 }])
  await expect(taking).rejects.toMatchObject({ reason: 'service_unavailable', status: 503 })
  away.disconnect()
})

test('a Redis that answers with an error refuses with 503 too', async () => {
  await stack.redis.hset('limit:wrong kind', 'a', '1')
  const taking = stack.house.limiter.take([{ key: 'wrong kind', count: 1, perS: 1 }])
  await expect(taking).rejects.toMatchObject({ status: 503 })
})
