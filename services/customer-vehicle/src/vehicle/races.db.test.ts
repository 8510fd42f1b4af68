import { asha, kiran, priya, mumbai, pune } from '@forecourt/testing/people'
import { eventually } from '@forecourt/testing/eventually'
import { knowCenters, newPlate, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

/** Erases a customer, and only once the erasure has begun does what `meanwhile` says. */
async function eraseDuring<Answer>(id: string, meanwhile: () => Promise<Answer>) {
  const holder = await stack.admin.connect()
  try {
    await holder.query('begin')
    await holder.query('select from customer where id = $1 for update', [id])
    const erased = stack.call(`DELETE /customers/${id}`, { as: priya })
    await waiting(1)
    const other = meanwhile()
    await waiting(2)
    await holder.query('commit')
    return await Promise.all([erased, other])
  } finally {
    holder.release()
  }
}

function waiting(count: number) {
  return eventually(`${count} who wait for the lock`, async () => {
    const { rows } = await stack.admin.query<{ waiting: number }>(
      `select count(*)::integer as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows[0]?.waiting === count
  })
}

describe('whoever is erased in that moment is not there', () => {
  test('for a new vehicle', async () => {
    const { customer } = await register(stack)
    const body = { vehicleNumber: newPlate(), make: 'Honda', model: 'City' }
    const [erased, added] = await eraseDuring(customer.id, () =>
      stack.call('POST /vehicles', { as: asha, body: { ...body, customerId: customer.id } }),
    )
    expect([erased.status, added.status, added.body.error?.reason]).toEqual([200, 404, 'not_found'])
  })

  test('for a vehicle that would be served by another center', async () => {
    const { customer } = await register(stack)
    const priyaOfBoth = { ...priya, centers: [pune, mumbai] }
    const body = { vehicleNumber: newPlate(), make: 'Honda', model: 'City' }
    const asked = { ...body, customerId: customer.id, serviceCenterId: mumbai }
    const [erased, added] = await eraseDuring(customer.id, () =>
      stack.call('POST /vehicles', { as: priyaOfBoth, body: asked }),
    )
    expect([erased.status, added.status]).toEqual([200, 404])
  })

  test('for a vehicle that is sold to them', async () => {
    const [seller, buyer] = [await register(stack), await register(stack)]
    const body = { customerId: buyer.customer.id, reason: 'Sold' }
    const [erased, moved] = await eraseDuring(buyer.customer.id, () =>
      stack.call(`PUT /vehicles/${seller.vehicles[0]?.id}`, { as: asha, body }),
    )
    expect([erased.status, moved.status, moved.body.error?.reason]).toEqual([200, 404, 'not_found'])
  })
})

test('whoever buys a vehicle is served by the center that serves it', async () => {
  const [seller, buyer] = [
    await register(stack),
    await register(stack, { serviceCenterId: mumbai }),
  ]
  const id = String(seller.vehicles[0]?.id)
  const body = { customerId: buyer.customer.id, reason: 'Sold' }
  expect((await stack.call(`PUT /vehicles/${id}`, { as: kiran, body })).status).toBe(200)
  const { data } = await stack.call(`GET /vehicles/${id}`, { as: asha })
  expect(data).toMatchObject({ customerId: buyer.customer.id, ownerName: 'Rahul Deshpande' })
  const told = await stack.topics.next(
    'customer-vehicle.customer.changed.v1',
    ({ key }) => key === buyer.customer.id,
  )
  expect(told.data?.['serviceCenterIds']).toEqual([mumbai, pune])
})
