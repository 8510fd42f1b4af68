import { decide } from '@forecourt/testing/deciding'
import { isha } from '@forecourt/testing/people'
import { knowPlaces } from '@forecourt/testing/stocking'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventory } from './service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(inventory)
  await knowPlaces(stack)
})
afterAll(() => stack?.close())

async function added(itemCode: string, more: object = {}) {
  const wiper = { name: 'Wiper', category: 'spare_part', unitPrice: 250, taxRate: 18 }
  const body = { ...wiper, itemCode, ...more }
  const { data, text } = await stack.call<{ reorderPoint: number | null; status: string }>(
    'POST /inventory/items',
    { as: isha, body },
  )
  if (!data) throw new Error(text)
  return data
}

test('an item begins with the reorder point that administrators have decided', async () => {
  expect((await added('WIPER-1')).reorderPoint).toBeNull()
  await decide(stack, 'defaultReorderPoint', 2.5)
  expect((await added('WIPER-2')).reorderPoint).toBe(2.5)
  expect((await added('WIPER-3', { reorderPoint: 7 })).reorderPoint).toBe(7)
  expect((await added('WIPER-4', { reorderPoint: null })).reorderPoint).toBeNull()
  await decide(stack, 'defaultReorderPoint', null)
  expect((await added('WIPER-5')).reorderPoint).toBeNull()
})
