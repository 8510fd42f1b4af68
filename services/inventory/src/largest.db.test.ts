import { expectReadable, testLargestNumbers } from '@forecourt/testing/largest'
import { isha, meera, priya, pune, mumbai, type Person } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { knowPlaces, stockItem } from '@forecourt/testing/stocking'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventory } from './service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(inventory)
  await knowPlaces(stack)
})
afterAll(() => stack?.close())

const LARGEST = 1_000_000_000

function shownAt(id: string) {
  return [
    'GET /inventory/items',
    `GET /inventory/items/${id}`,
    `GET /inventory/items/${id}/movements`,
    `GET /inventory/items/${id}/explain`,
  ] as const
}

function adjust(itemId: string, serviceCenterId: string, quantity: number, as: Person) {
  const body = { itemId, serviceCenterId, quantity, reason: 'Counted anew' }
  return stack.call('POST /inventory/adjustments', { as, body })
}

let count = 0
testLargestNumbers(inventory, () => stack, {
  'POST /inventory/items': async () => {
    const itemCode = `LARGE-${(count += 1)}`
    const kind = { name: 'Bolt', category: 'spare_part', unitPrice: 1, taxRate: 18 }
    return { as: isha, body: { itemCode, ...kind, costPrice: 1, currentStock: 2 } }
  },
  'PUT /inventory/items/:id': async () => {
    const { id } = await stockItem(stack, 2)
    return { as: isha, id, body: { unitPrice: 1 }, shownAt: [...shownAt(id)] }
  },
  'POST /inventory/adjustments': async () => {
    const { id } = await stockItem(stack, 2)
    const body = { itemId: id, serviceCenterId: pune, quantity: 1, reason: 'Counted anew' }
    return { as: isha, body, shownAt: [...shownAt(id)] }
  },
})

test('the stock of several places is summed, though each has all that one may have', async () => {
  const { id } = await stockItem(stack, 0, { costPrice: 1 })
  expect((await adjust(id, pune, LARGEST, priya)).status).toBe(201)
  expect((await adjust(id, mumbai, LARGEST, meera)).status).toBe(201)
  await expectReadable(stack, shownAt(id))
  const more = await adjust(id, pune, 0.001, priya)
  expect([more.status, more.body.error?.reason]).toEqual([422, 'quantity_too_large'])
  expect((await adjust(id, pune, -1, priya)).status).toBe(201)
})

test('what lies at one place is worth no more than an amount can be', async () => {
  const { id } = await stockItem(stack, 0, { costPrice: 10_000_000_000 })
  expect((await adjust(id, pune, 1, priya)).status).toBe(201)
  for (const quantity of [0.001, 1, LARGEST - 1]) {
    const { status, body } = await adjust(id, pune, quantity, priya)
    expect([status, body.error?.reason]).toEqual([422, 'amount_too_large'])
  }
  await expectReadable(stack, shownAt(id))
})
