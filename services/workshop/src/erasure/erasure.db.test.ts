import { CustomerErased, CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { eventually } from '@forecourt/testing/eventually'
import { customerFact } from '@forecourt/testing/facts'
import { priya } from '@forecourt/testing/people'
import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { tracesInTables, type Known } from '@forecourt/testing/person-traces'
import { publish, publishTombstone } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import {
  askForWork,
  knowStaff,
  knowWorkshops,
  openCard,
  registerVisitor,
  type Visitor,
} from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../service.ts'
import { personalTables } from './personal-tables.queries.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
})
afterAll(() => stack?.close())

const known: Known = { phone: '+919811223344', name: 'Zubeida', street: 'Unmistakable Lane 7' }
const unmistakable = { phone: known['phone'] ?? '', firstName: 'Zubeida' }
const home = {
  serviceLocation: 'home',
  description: 'Zubeida hears a noise',
  address: { street: known['street'], city: 'Pune', state: 'Maharashtra' },
}

async function rowsOf(text: string, values: unknown[] = []) {
  return (await stack.admin.query(text, values)).rows as Record<string, unknown>[]
}

/** Says that a customer was erased, and waits for its effect. */
async function erased({ customerId }: Visitor): Promise<void> {
  const eventId = await publish(
    stack,
    CustomerErased,
    { customerId, accountId: null },
    { version: 9 },
  )
  await eventually('the erasure', async () => {
    const rows = await rowsOf('select from inbox where event_id = $1', [eventId])
    return rows.length === 1
  })
}

function customerOf({ customerId }: Visitor) {
  return rowsOf('select * from customer where id = $1', [customerId])
}

test('whoever is erased leaves no trace, and what they asked for is called off', async () => {
  const visitor = await registerVisitor(stack, unmistakable)
  const { data, status } = await askForWork(stack, visitor, home)
  expect(status).toBe(201)
  expect(await tracesInTables(stack, 'workshop', known)).not.toEqual([])
  await erased(visitor)
  expect(await tracesInTables(stack, 'workshop', known)).toEqual([])
  const told = await stack.topics.next(
    'workshop.service-request.cancelled.v1',
    ({ key }) => key === data.id,
  )
  expect(told.data).toMatchObject({ status: 'cancelled', customerId: visitor.customerId })
  const { data: shown } = await stack.call(`GET /workshop/service-requests/${data.id}`, {
    as: priya,
  })
  expect(shown).toMatchObject({ status: 'cancelled', customerName: null, address: null })
})

test('what an engineer wrote of a card goes, the work stays', async () => {
  const card = await openCard(stack)
  const body = { odometerReading: 5, exteriorCondition: 'Zubeida scratched it' }
  await stack.call(`PUT /workshop/job-cards/${card.id}/pre-inspection`, { as: priya, body })
  expect(await tracesInTables(stack, 'workshop', known)).not.toEqual([])
  await erased({ customerId: String(card['customerId']), vehicleId: '' })
  expect(await tracesInTables(stack, 'workshop', known)).toEqual([])
  const { data: shown } = await stack.call(`GET /workshop/job-cards/${card.id}`, { as: priya })
  expect(shown).toMatchObject({ customerName: null, services: [{ description: 'Brake service' }] })
})

test('no older event brings the person back, however it comes', async () => {
  const visitor = await registerVisitor(stack, unmistakable)
  await eventually('the customer', async () => (await customerOf(visitor)).length === 1)
  await erased(visitor)
  const { customerId } = visitor
  const eventId = await publish(
    stack,
    CustomerRegistered,
    customerFact({ customerId, ...unmistakable }),
    { version: 3 },
  )
  await eventually('the older event', async () => {
    const rows = await rowsOf('select from inbox where event_id = $1', [eventId])
    return rows.length === 1
  })
  expect(await customerOf(visitor)).toEqual([])
  expect(await tracesInTables(stack, 'workshop', known)).toEqual([])
})

test('whoever hears of the tombstone alone erases as well', async () => {
  const visitor = await registerVisitor(stack, unmistakable)
  const { data } = await askForWork(stack, visitor, home)
  await publishTombstone(stack, CustomerErased, visitor.customerId, 9)
  await stack.topics.next('workshop.service-request.cancelled.v1', ({ key }) => key === data.id)
  await expect.poll(() => tracesInTables(stack, 'workshop', known)).toEqual([])
})

test('of a request and an erasure at once, the request is refused or called off', async () => {
  const visitor = await registerVisitor(stack, unmistakable)
  await eventually('the customer', async () => (await customerOf(visitor)).length === 1)
  const asking = Array.from({ length: 8 }, () => askForWork(stack, visitor, home))
  const [, ...answers] = await Promise.all([erased(visitor), ...asking])
  for (const { status } of answers) expect([201, 404]).toContain(status)
  const requests = await rowsOf('select status from service_request where customer_id = $1', [
    visitor.customerId,
  ])
  expect(requests.every(({ status }) => status === 'cancelled')).toBe(true)
  expect(requests).toHaveLength(answers.filter(({ status }) => status === 201).length)
  expect(await tracesInTables(stack, 'workshop', known)).toEqual([])
})

testPersonalTables(workshop, personalTables, () => stack, {
  service_center: 'centers',
  staff: 'people who work here',
  item: 'the catalogue',
  stock_level: 'stock',
})
