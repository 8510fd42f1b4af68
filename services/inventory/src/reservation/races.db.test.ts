import { isha, pune } from '@forecourt/testing/people'
import {
  askParts,
  knowPlaces,
  linesOf,
  stockItem,
  useParts,
  type StockedItem,
} from '@forecourt/testing/stocking'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventory } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(inventory)
  await knowPlaces(stack)
})
afterAll(() => stack?.close())

async function figures(itemId: string) {
  const { data } = await stack.call<StockedItem>(`GET /inventory/items/${itemId}`, { as: isha })
  return { currentStock: data.currentStock, reserved: data.reserved, available: data.available }
}

/** What the ledger says, which must be what the level says. */
async function ledger(itemId: string) {
  const { rows } = await stack.admin.query(
    `select (select coalesce(sum(quantity_milli), 0)::int from stock_movement where item_id = $1)
              as quantity,
            (select coalesce(sum(value_minor), 0)::int from stock_movement where item_id = $1)
              as value,
            (select sum(on_hand_milli)::int from stock_level where item_id = $1) as on_hand,
            (select sum(value_minor)::int from stock_level where item_id = $1) as worth,
            (select coalesce(sum(quantity_milli), 0)::int from reservation_line
              where item_id = $1 and status = 'reserved') as lines,
            (select sum(reserved_milli)::int from stock_level where item_id = $1) as reserved`,
    [itemId],
  )
  return rows[0] as Record<
    'quantity' | 'value' | 'on_hand' | 'worth' | 'lines' | 'reserved',
    number
  >
}

/** Deadlocks that Postgres has found, whether or not anybody was told of them. */
async function deadlocks(): Promise<number> {
  // A connection tells its figures a moment after it has become idle.
  const { rows } = await stack.admin.query<{ deadlocks: number }>(
    `select deadlocks::int from pg_stat_database where datname = current_database()`,
  )
  return rows[0]?.deadlocks ?? -1
}

test('of 200 parallel wishes for one of ten, exactly ten are granted', async () => {
  const item = await stockItem(stack, 10)
  const other = await stockItem(stack, 1_000)
  const adjustments = Array.from({ length: 50 }, () =>
    stack.call('POST /inventory/adjustments', {
      as: isha,
      body: { itemId: item.id, serviceCenterId: pune, quantity: -1, reason: 'Broken' },
    }),
  )
  // Half of the cards name the items in the other order, and a third of them one item twice.
  const cards = Array.from({ length: 150 }, (_, turn) => {
    const lines: [string, number][] = [
      [item.id, 1],
      [other.id, 1],
    ]
    if (turn % 3 === 0) lines.push([item.id, 1])
    return askParts(stack, turn % 2 ? lines : lines.toReversed())
  })
  const taken = (await Promise.all(adjustments)).filter(({ status }) => status === 201).length
  const refused = (await Promise.all(adjustments)).filter(({ status }) => status === 409).length
  expect(taken + refused).toBe(50)
  const statuses: string[] = []
  for (const asked of await Promise.all(cards)) statuses.push(...(await linesOf(stack, asked)))
  const now = await figures(item.id)
  expect(now.available).toBe(0)
  expect(taken + now.reserved).toBe(10)
  // Each card has its line of the other item; fifty of them have two of this one.
  const granted = statuses.filter((status) => status === 'reserved').length - 150
  expect(granted).toBe(now.reserved)
  expect(statuses.filter((status) => status === 'waiting')).toHaveLength(200 - granted)
  const book = await ledger(item.id)
  expect(book.on_hand).toBe(book.quantity)
  expect(book.worth).toBe(book.value)
  expect(book.reserved).toBe(book.lines)
  expect(now.currentStock * 1_000).toBe(book.on_hand)
})

test('use, withdrawal and arrival at once keep the ledger, the level and the lines equal', async () => {
  const items = [await stockItem(stack, 6), await stockItem(stack, 6)]
  const [one = '', two = ''] = items.map(({ id }) => id)
  const cards = await Promise.all(
    Array.from({ length: 12 }, (_, turn) =>
      askParts(
        stack,
        turn % 2
          ? [
              [one, 2],
              [two, 1],
            ]
          : [
              [two, 2],
              [one, 1],
            ],
      ),
    ),
  )
  for (const asked of cards) await linesOf(stack, asked)
  const arrivals = Array.from({ length: 12 }, (_, turn) =>
    stack.call('POST /inventory/adjustments', {
      as: isha,
      body: {
        itemId: turn % 2 ? one : two,
        serviceCenterId: pune,
        quantity: 3,
        unitCost: 100 + turn,
        reason: 'Delivered',
      },
    }),
  )
  const uses = cards.map((asked) => useParts(stack, asked, [1, 1]))
  const answers = await Promise.all(arrivals)
  await Promise.all(uses)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  const isSettled = (statuses: string[]) =>
    statuses.every((status) => status === 'issued' || status === 'released')
  for (const asked of cards) await linesOf(stack, asked, isSettled)
  for (const id of [one, two]) {
    const book = await ledger(id)
    expect(book.on_hand).toBe(book.quantity)
    expect(book.worth).toBe(book.value)
    expect([book.reserved, book.lines]).toEqual([0, 0])
  }
})

test('a card that names one item twice gets no more than there is', async () => {
  const item = await stockItem(stack, 3)
  const both: [string, number][] = [
    [item.id, 2],
    [item.id, 2],
  ]
  const cards = await Promise.all([askParts(stack, both), askParts(stack, both)])
  const statuses: string[] = []
  for (const asked of cards) statuses.push(...(await linesOf(stack, asked)))
  expect(statuses.toSorted()).toEqual(['reserved', 'waiting', 'waiting', 'waiting'])
  expect(await figures(item.id)).toEqual({ currentStock: 3, reserved: 2, available: 1 })
})

test('nobody ever waited for anybody in a circle', async () => {
  expect(await deadlocks()).toBe(0)
})
