import type { ServiceHealth } from '@forecourt/platform/health'
import { asha, kiran } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'
import { proxyBroker, type BrokerProxy } from './broker-proxy.ts'

const PATH = 'GET /admin/system-health/identity'

let proxy: BrokerProxy
let stack: Stack
beforeAll(async () => {
  proxy = await proxyBroker(inject('kafkaBrokers'))
  stack = await openStack(bicycles, { KAFKA_BROKERS: proxy.brokers })
})
afterEach(async () => {
  proxy.mend()
  await stack.admin.query('delete from dead_letter')
  await stack.admin.query('delete from outbox where parked_at is not null')
})
afterAll(async () => {
  await stack?.close()
  await proxy?.close()
})

async function health(): Promise<ServiceHealth> {
  const { status, data } = await stack.call<ServiceHealth>(PATH, { as: kiran })
  expect(status).toBe(200)
  return data
}

function bury(topic: string, reason: string) {
  return stack.admin.query(
    `insert into dead_letter
       (consumer, event_id, topic, key, type, headers, reason, error, attempts)
     values ('identity.rides.v1', $2, $1, 'k', '', '{}', $2, 'x', 5)`,
    [topic, reason],
  )
}

test('a service without a backlog is healthy, and names each of its consumers', async () => {
  await expect
    .poll(health, { timeout: 20_000 })
    .toMatchObject({ service: 'identity', status: 'healthy' })
  const { consumers, checks } = await health()
  expect(consumers).toEqual(
    ['access', 'rides', 'riders'].map((name) => ({ consumer: `identity.${name}.v1`, lag: 0 })),
  )
  expect(checks).toEqual({ database: true, roles: true, access: true, consumers: true })
})

test.each(['failed', 'poison'])('a letter that is %s makes it degraded', async (reason) => {
  await bury('forecourt.customer-vehicle.vehicle.v1', reason)
  const { status, deadLetters } = await health()
  expect([status, deadLetters?.[reason as 'failed']]).toEqual(['degraded', 1])
})

test('a key of the outbox that is parked, or late, makes it degraded', async () => {
  await stack.admin.query(
    `insert into outbox (id, topic, key, type, subject, version, created_at, parked_at)
     values (gen_random_uuid(), 't', 'k', 't', 'k', 1, now() - interval '90 s', now())`,
  )
  const { status, outbox } = await health()
  expect([status, outbox?.parked]).toEqual(['degraded', 1])
  expect(outbox?.oldestSeconds).toBeGreaterThanOrEqual(90)
})

test('without who may do what it is not ready', async () => {
  await bury('forecourt.identity.role.v1', 'failed')
  expect(await health()).toMatchObject({ status: 'not_ready', checks: { access: false } })
})

test('while the broker answers nothing its lag is not known, and all else is told', async () => {
  proxy.hang()
  const { status, consumers, outbox } = await health()
  expect(status).toBe('degraded')
  expect(new Set(consumers.map(({ lag }) => lag))).toEqual(new Set([null]))
  expect(outbox).toMatchObject({ parked: 0 })
})

test('it is shown to administrators alone, by the service that it is about', async () => {
  expect((await stack.call(PATH)).status).toBe(401)
  expect((await stack.call(PATH, { as: asha })).status).toBe(403)
  const other = await stack.call('GET /admin/system-health/reporting', { as: kiran })
  expect(other.status).toBe(404)
})
