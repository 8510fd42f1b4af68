import { randomUUID } from 'node:crypto'
import { CustomerRegistered, VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { eventually } from '@forecourt/testing/eventually'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrench } from './bicycle/db.ts'
import { bicycles } from './bicycle/service.ts'

const GROUP = 'identity.rides.v1'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

function register(vehicleId: string, brand: string, version = 1) {
  const data = {
    ...{ vehicleId, brand, customerId: vehicleId, serviceCenterIds: [], plate: 'sealed' },
    ...{ model: 'Model', yearOfPurchase: null, status: 'active' },
  }
  return publish(stack, VehicleRegistered, data, { version })
}

function arrive(customerId: string) {
  const person = {
    ...{ customerId, referenceId: 'C1', serviceCenterIds: [], firstName: 'x', fullName: 'x' },
    ...{ phone: 'x', alternativePhone: null, email: null, city: 'Pune', taluka: 'x' },
    ...{ district: 'x', state: 'x', pinCode: 'x', marketingConsent: false },
  }
  return publish(stack, CustomerRegistered, person as never)
}

function riding(vehicleId: string, expected: string[]): Promise<boolean> {
  return eventually(`${expected.join(', ')} of ${vehicleId}`, async () => {
    const { rows } = await stack.admin.query<{ brand: string }>(
      'select brand from ride where bicycle = $1 order by seq',
      [vehicleId],
    )
    return rows.map(({ brand }) => brand).join() === expected.join()
  })
}

function caughtUp(): Promise<boolean> {
  const { topic } = VehicleRegistered
  return eventually(
    'a group without lag',
    async () => (await stack.bus.lagOf(GROUP, [topic])) === 0,
  )
}

/** More keys than one partition works at side by side, of which each waits for its fact. */
async function registerWaiting(): Promise<string[]> {
  const late = Array.from({ length: 30 }, () => randomUUID())
  const ids = await Promise.all(late.map((vehicle) => register(vehicle, 'waits')))
  await eventually('all of them to be tried', () =>
    ids.every((id) => wrench.runs.has(`ride:${id}`)),
  )
  return late
}

test('while keys wait for their facts, what comes later of others has its effect', async () => {
  const late = await registerWaiting()
  const others = Array.from({ length: 30 }, () => randomUUID())
  await Promise.all(others.map((vehicle) => register(vehicle, 'in time')))
  for (const vehicle of others) await riding(vehicle, ['in time'])
  for (const vehicle of late) await register(vehicle, 'behind', 2)
  const { rowCount } = await stack.admin.query(`select from ride where brand = 'behind'`)
  expect(rowCount).toBe(0)
  await Promise.all(late.map(arrive))
  for (const vehicle of late) await riding(vehicle, ['waits', 'behind'])
  expect(await caughtUp()).toBe(true)
})

test('what waits when its group is shared out anew is taken up again, in order', async () => {
  const late = await registerWaiting()
  for (const vehicle of late) await register(vehicle, 'behind', 2)
  const other = await stack.openAnother()
  await Promise.all(late.map(arrive))
  for (const vehicle of late) await riding(vehicle, ['waits', 'behind'])
  await other.close()
  const last = randomUUID()
  await register(last, 'last')
  expect(await riding(last, ['last'])).toBe(true)
  expect(await caughtUp()).toBe(true)
})
