import { randomUUIDv7 } from 'node:crypto'
import { CustomerErased, CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import {
  cardFact,
  completeCard,
  knowBilling,
  knowCustomer,
  type InvoiceAnswer,
} from '@forecourt/testing/billing'
import { eventually } from '@forecourt/testing/eventually'
import { customerFact } from '@forecourt/testing/facts'
import { priya } from '@forecourt/testing/people'
import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { tracesInTables, type Known } from '@forecourt/testing/person-traces'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billing } from '../service.ts'
import { personalTables } from './personal-tables.queries.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(billing)
  await knowBilling(stack)
})
afterAll(() => stack?.close())

/** Somebody whose name and phone are nobody else's. */
function somebody(): { phone: string; firstName: string } & Known {
  const mark = randomUUIDv7().slice(-8)
  const digits = String(Number.parseInt(mark.slice(-6), 16)).padStart(8, '0')
  return { phone: `+9180${digits}`, firstName: `Zubeida${mark}` }
}

async function heard(eventId: string): Promise<void> {
  await eventually('the event', async () => {
    const { rowCount } = await stack.admin.query('select from inbox where event_id = $1', [eventId])
    return rowCount === 1
  })
}

/** Says that a customer was erased, and waits for its effect. */
async function erased(customerId: string): Promise<void> {
  const data = { customerId, accountId: null }
  await heard(await publish(stack, CustomerErased, data, { version: 9 }))
}

function shown(id: string) {
  return stack.call<InvoiceAnswer>(`GET /invoices/${id}`, { as: priya })
}

test('an issued invoice goes on naming its buyer, and nothing else does', async () => {
  const person = somebody()
  const customerId = await knowCustomer(stack, person)
  const id = await completeCard(stack, cardFact(customerId))
  await stack.call(`PUT /invoices/${id}/finalize`, { as: priya, body: {} })
  await erased(customerId)
  const traces = await tracesInTables(stack, 'billing', person)
  expect(traces).toEqual(['invoice.customer_details: firstName', 'invoice.customer_details: phone'])
})

test('a draft forgets its buyer, and can be issued all the same', async () => {
  const person = somebody()
  const customerId = await knowCustomer(stack, person)
  const id = await completeCard(stack, cardFact(customerId))
  await erased(customerId)
  expect(await tracesInTables(stack, 'billing', person)).toEqual([])
  expect((await shown(id)).data['customerDetails']).toEqual({ name: 'Erased customer' })
  const { status } = await stack.call(`PUT /invoices/${id}/finalize`, { as: priya, body: {} })
  expect(status).toBe(200)
})

test('work that ends after its customer was erased is billed to nobody', async () => {
  const person = somebody()
  const customerId = await knowCustomer(stack, person)
  await erased(customerId)
  const again = customerFact({ customerId, ...person })
  await heard(await publish(stack, CustomerRegistered, again, { version: 3 }))
  const id = await completeCard(stack, cardFact(customerId))
  expect((await shown(id)).data['customerName']).toBe('Erased customer')
  expect(await tracesInTables(stack, 'billing', person)).toEqual([])
})

test('of a draft and an erasure at once, the draft names nobody afterwards', async () => {
  const person = somebody()
  const customerId = await knowCustomer(stack, person)
  const cards = Array.from({ length: 6 }, () => cardFact(customerId))
  await Promise.all([erased(customerId), ...cards.map((card) => completeCard(stack, card))])
  expect(await tracesInTables(stack, 'billing', person)).toEqual([])
})

testPersonalTables(billing, personalTables, () => stack, {
  service_center: 'centers',
  number_series: 'counts',
})
