import { randomUUIDv7 } from 'node:crypto'
import { cardFact, completeCard, type InvoiceAnswer, knowBilling } from '@forecourt/testing/billing'
import { expectReadable, testLargestNumbers } from '@forecourt/testing/largest'
import { priya } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billing } from './service.ts'

let stack: Stack
let customerId = ''
beforeAll(async () => {
  stack = await openStack(billing)
  customerId = await knowBilling(stack)
})
afterAll(() => stack?.close())

const LARGEST = 10_000_000_000

function draft(...unitPrices: number[]) {
  const items = unitPrices.map((unitPrice) => ({ description: 'Engine', unitPrice }))
  return stack.call<InvoiceAnswer>('POST /invoices', { as: priya, body: { customerId, items } })
}

function change(id: string, body: object) {
  return stack.call<InvoiceAnswer>(`PUT /invoices/${id}`, { as: priya, body })
}

const line = { description: 'Wash', quantity: 1, unitPrice: 1, discount: 0, taxRate: 18 }
const paying = async () => {
  const { id } = (await draft(100)).data
  await stack.call(`PUT /invoices/${id}/finalize`, { as: priya })
  const body = { amount: 1, paymentMethod: 'cash' }
  return { as: priya, id, body, shownAt: [`GET /invoices/${id}` as const] }
}
testLargestNumbers(billing, () => stack, {
  'POST /invoices': async () => ({ as: priya, body: { customerId, items: [line] } }),
  'PUT /invoices/:id': async () => {
    const { id } = (await draft(100)).data
    return { as: priya, id, body: { items: [line] }, shownAt: [`GET /invoices/${id}` as const] }
  },
  'POST /invoices/:id/payments': paying,
  'PUT /invoices/:id/pay': paying,
})

test('an invoice by hand comes to no more than an amount can be, tax included', async () => {
  for (const prices of [[9_900_000_000], [6_000_000_000, 6_000_000_000]]) {
    const { status, body } = await draft(...prices)
    expect([status, body.error?.reason]).toEqual([422, 'amount_too_large'])
    expect(body.message).toContain('10000000000 INR')
  }
  const { data } = await draft(6_000_000_000)
  const items = [{ description: 'Another engine', unitPrice: 6_000_000_000 }]
  const grown = await change(data.id, { items })
  expect([grown.status, grown.body.error?.reason]).toEqual([422, 'amount_too_large'])
  const one = data.items[0]?.id
  const doubled = await change(data.id, { items: [{ id: one, quantity: 2 }] })
  expect([doubled.status, doubled.body.error?.reason]).toEqual([422, 'amount_too_large'])
  await expectReadable(stack, ['GET /invoices', `GET /invoices/${data.id}`])
})

test('what a finished job comes to is shown, changed and given up, however much it is', async () => {
  const [done] = cardFact(customerId).services
  if (!done) throw new Error('The card has no step.')
  const services = [1, 2].map(() => ({
    ...done,
    lineId: randomUUIDv7(),
    priceMinor: LARGEST * 100,
  }))
  const card = cardFact(customerId, { services, additionalServices: [], partsUsed: [] })
  const id = await completeCard(stack, card)
  const shownAt = ['GET /invoices', `GET /invoices/${id}`] as const
  await expectReadable(stack, shownAt)
  const noted = await change(id, { notes: 'Is this right?' })
  expect([noted.status, noted.data.totalAmount]).toEqual([200, 2.36 * LARGEST])
  const more = await change(id, { items: [{ description: 'Wash', unitPrice: 1 }] })
  expect([more.status, more.body.error?.reason]).toEqual([422, 'amount_too_large'])
  const [first] = noted.data.items
  const less = await change(id, { items: [{ id: first?.id, unitPrice: 1 }] })
  expect([less.status, less.data.totalAmount]).toEqual([200, 1.18 * LARGEST + 1.18])
  const cancelled = await stack.call(`PUT /invoices/${id}/cancel`, { as: priya })
  expect(cancelled.status).toBe(200)
  await expectReadable(stack, shownAt)
})
