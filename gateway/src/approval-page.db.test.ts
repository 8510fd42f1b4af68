import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import { leaseRedis } from '@forecourt/testing/redis-lease'
import { expect, onTestFinished, test } from 'vitest'
import { openHouse, type TestHouse } from './test-house.ts'

async function houseIn(mode: string): Promise<TestHouse> {
  const house = await openHouse(await leaseRedis(), { NODE_ENV: mode })
  onTestFinished(() => house.close())
  return house
}

test("a customer's link opens a page that a browser lets run, and decides nothing", async () => {
  const house = await houseIn('development')
  const page = await house.ask('/approvals/some-token')
  expect(page.status).toBe(200)
  expect(page.headers['cache-control']).toBe('no-store')
  expect(page.headers['referrer-policy']).toBe('no-referrer')
  const policy = String(page.headers['content-security-policy'])
  for (const tag of ['style', 'script']) {
    const [, inside = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page.text) ?? []
    expect(policy).toContain(`sha256-${createHash('sha256').update(inside).digest('base64')}`)
  }
  const [, script = ''] = /<script>([^]*?)<\/script>/.exec(page.text) ?? []
  expect(() => new Script(script)).not.toThrow()
  expect(house.services.workshop.count()).toBe(0)
})

test('in production the front end alone has that page', async () => {
  const house = await houseIn('production')
  expect((await house.ask('/approvals/some-token')).status).toBe(404)
})
