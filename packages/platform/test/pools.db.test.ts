import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { recordOf } from '@forecourt/platform/cloud-event'
import { eventually } from '@forecourt/testing/eventually'
import { asha } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => {
  // Of the workers' connections one is the relay's.
  stack = await openStack(bicycles, { DATABASE_POOL_MAX: '3', DATABASE_WORKER_POOL_MAX: '3' })
})
afterAll(() => stack?.close())

/** What waits at the gate goes on when it is opened; also after a test that broke off. */
function gate(name: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  wrench.gates.set(name, promise)
  return resolve
}

/** Says in one request that vehicles of this brand were registered. Answers the events' ids. */
async function register(vehicles: string[], brand: string): Promise<string[]> {
  const { topic, type } = VehicleRegistered
  const records = vehicles.map((key) => {
    const data = JSON.stringify({
      ...{ vehicleId: key, brand, customerId: key, serviceCenterIds: [], plate: 'sealed' },
      ...{ model: 'Model', yearOfPurchase: null, status: 'active' },
    })
    const at = { id: randomUUIDv7(), version: 1, headers: {}, createdAt: new Date().toISOString() }
    return recordOf('customer-vehicle', { ...at, seq: 0, topic, key, type, subject: key, data })
  })
  await stack.bus.send(records)
  return records.map(({ headers }) => headers['ce_id'] ?? '')
}

function ridden(vehicleId: string): Promise<boolean> {
  return eventually('a ride', async () => {
    const { rowCount } = await stack.admin.query('select from ride where bicycle = $1', [vehicleId])
    return rowCount === 1
  })
}

test('requests that hold all connections of the API leave consumers and relay at work', async () => {
  const open = gate('crowd')
  const requests = Array.from({ length: 8 }, () =>
    stack.call('POST /lingerings', { body: { gate: 'crowd' } }),
  )
  try {
    await eventually('requests that wait', () => stack.pool.waitingCount > 0)
    const vehicle = randomUUID()
    await register([vehicle], 'echo')
    expect(await ridden(vehicle)).toBe(true)
    await stack.topics.next('identity.service-center.opened.v1', ({ key }) => key === vehicle)
    expect(stack.pool.waitingCount).toBeGreaterThan(0)
  } finally {
    open()
    await Promise.all(requests)
  }
})

test('consumers that hold all connections of the workers leave requests at work', async () => {
  const open = gate('slow')
  const vehicles = Array.from({ length: 30 }, () => randomUUID())
  try {
    const ids = await register(vehicles, 'slow')
    const begun = () => ids.filter((id) => wrench.runs.has(`ride:${id}`)).length
    await eventually('handlers that wait', () => begun() === 2)
    const { status } = await stack.call('POST /bicycles', { as: asha, body: { name: 'Hercules' } })
    expect(status).toBe(201)
    expect(begun()).toBe(2)
  } finally {
    open()
  }
  for (const vehicle of vehicles) await ridden(vehicle)
})
