import { PartsAccepted, PartsWithdrawn } from '@forecourt/contracts/parts-request-events'
import { eventually } from '@forecourt/testing/eventually'
import { isha, kiran, meera, priya, pune, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import {
  askParts,
  knowPlaces,
  linesOf,
  stockItem,
  useParts,
  type AskedParts,
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
  return { currentStock: data.currentStock, reserved: data.reserved }
}

function adjust(itemId: string, quantity: number) {
  return stack.call('POST /inventory/adjustments', {
    as: isha,
    body: { itemId, serviceCenterId: pune, quantity, reason: 'Counted' },
  })
}

async function withdraw(asked: AskedParts, lines: number[]): Promise<void> {
  const { partsRequestId, jobCardId, lineIds } = asked
  const request = { partsRequestId, jobCardId, serviceCenterId: pune }
  const wanted = lines.flatMap((place) => lineIds[place] ?? [])
  await publish(stack, PartsWithdrawn, { ...request, lineIds: wanted }, { version: 5 })
}

async function countOf(table: string, itemId: string): Promise<number> {
  const { rowCount } = await stack.admin.query(`select from ${table} where item_id = $1`, [itemId])
  return rowCount ?? 0
}

test('parts that are there are reserved at the price of that moment', async () => {
  const item = await stockItem(stack, 5)
  const asked = await askParts(stack, [[item.id, 2]])
  expect(await linesOf(stack, asked)).toEqual(['reserved'])
  await stack.call(`PUT /inventory/items/${item.id}`, { as: isha, body: { unitPrice: 9_999 } })
  const told = await stack.topics.next(
    'inventory.reservation.placed.v1',
    ({ key }) => key === asked.partsRequestId,
  )
  expect(told.data).toMatchObject({
    documentType: 'job_card',
    documentId: asked.jobCardId,
    status: 'placed',
    lines: [
      { itemId: item.id, quantity: 2, status: 'reserved', unitPriceMinor: 118_050, taxRate: 18 },
    ],
  })
  expect(await figures(item.id)).toEqual({ currentStock: 5, reserved: 2 })
})

test('a line is reserved whole or waits, and one purchase request is raised for what is short', async () => {
  const item = await stockItem(stack, 5)
  const asked = await askParts(stack, [
    [item.id, 4],
    [item.id, 3],
    [item.id, 1],
  ])
  expect(await linesOf(stack, asked)).toEqual(['reserved', 'waiting', 'reserved'])
  await linesOf(stack, await askParts(stack, [[item.id, 2]]))
  expect(await countOf('purchase_request', item.id)).toBe(1)
  const raised = await stack.topics.next(
    'inventory.purchase-request.raised.v1',
    ({ data }) => data?.['itemId'] === item.id,
  )
  expect(raised.data).toMatchObject({ cause: 'shortage', quantity: 3, documentId: asked.jobCardId })
})

test('a purchase request tells the people of its center what waits for which card, and no others', async () => {
  const item = await stockItem(stack, 0)
  const asked = await askParts(stack, [[item.id, 3]])
  await linesOf(stack, asked)
  const seenBy = async (as: typeof isha) => {
    const query = { 'filter[documentId]': asked.jobCardId }
    const { data } = await stack.call<object[]>('GET /inventory/purchase-requests', { as, query })
    return data
  }
  const { itemCode } = item
  const request = { itemCode, quantity: 3, cause: 'shortage', status: 'open' }
  for (const as of [priya, ravi, kiran]) expect(await seenBy(as)).toMatchObject([request])
  expect(await seenBy(meera)).toEqual([])
})

test('stock that arrives goes to the oldest line that it covers whole', async () => {
  const item = await stockItem(stack, 0)
  const queue: AskedParts[] = []
  for (const quantity of [5, 2, 2]) {
    const asked = await askParts(stack, [[item.id, quantity]])
    // Requests of several cards have no order on the bus; each is there before the next is made.
    await linesOf(stack, asked)
    queue.push(asked)
  }
  const [large, small, last] = queue as [AskedParts, AskedParts, AskedParts]
  await adjust(item.id, 3)
  expect(await linesOf(stack, small, ([status]) => status === 'reserved')).toEqual(['reserved'])
  expect(await linesOf(stack, large)).toEqual(['waiting'])
  expect(await linesOf(stack, last)).toEqual(['waiting'])
  const filled = await stack.topics.next(
    'inventory.reservation.filled.v1',
    ({ key }) => key === small.partsRequestId,
  )
  expect(filled.headers['ce_sequence']).toBe('2')
  await adjust(item.id, 6)
  expect(await linesOf(stack, large, ([status]) => status === 'reserved')).toEqual(['reserved'])
  expect(await figures(item.id)).toEqual({ currentStock: 9, reserved: 9 })
})

test('what is used leaves stock at its average cost, and the rest goes to who waits', async () => {
  const item = await stockItem(stack, 4, { costPrice: 100 })
  await stack.call('POST /inventory/adjustments', {
    as: isha,
    body: {
      itemId: item.id,
      serviceCenterId: pune,
      quantity: 4,
      unitCost: 200,
      reason: 'Bought dearer',
    },
  })
  const asked = await askParts(stack, [[item.id, 6]])
  await linesOf(stack, asked)
  const waiting = await askParts(stack, [[item.id, 5]])
  expect(await linesOf(stack, waiting)).toEqual(['waiting'])
  await useParts(stack, asked, [2.5])
  expect(await linesOf(stack, asked, ([status]) => status === 'issued')).toEqual(['issued'])
  expect(await linesOf(stack, waiting, ([status]) => status === 'reserved')).toEqual(['reserved'])
  expect(await figures(item.id)).toEqual({ currentStock: 5.5, reserved: 5 })
  const moved = await stack.topics.next(
    'inventory.movement.recorded.v1',
    ({ data }) => data?.['referenceId'] === asked.jobCardId,
  )
  expect(moved.data).toMatchObject({
    movementType: 'out',
    quantity: -2.5,
    unitCostMinor: 15_000,
    valueMinor: -37_500,
    referenceType: 'job_card',
  })
})

test('lines that are withdrawn free their stock; the last one ends the reservation', async () => {
  const item = await stockItem(stack, 3)
  const asked = await askParts(stack, [
    [item.id, 1],
    [item.id, 2],
  ])
  await linesOf(stack, asked)
  await withdraw(asked, [0])
  expect(await linesOf(stack, asked, ([status]) => status === 'released')).toEqual([
    'released',
    'reserved',
  ])
  expect(await figures(item.id)).toEqual({ currentStock: 3, reserved: 2 })
  await withdraw(asked, [0, 1])
  await linesOf(stack, asked, (statuses) => statuses[1] === 'released')
  expect(await figures(item.id)).toEqual({ currentStock: 3, reserved: 0 })
  const { rows } = await stack.admin.query(
    'select status, version from reservation where id = $1',
    [asked.partsRequestId],
  )
  expect(rows).toEqual([{ status: 'released', version: 3 }])
})

test('a reservation that nobody confirms expires; one that is confirmed stays', async () => {
  const item = await stockItem(stack, 10)
  const [kept, forgotten] = [
    await askParts(stack, [[item.id, 4]]),
    await askParts(stack, [[item.id, 5]]),
  ]
  for (const asked of [kept, forgotten]) await linesOf(stack, asked)
  const { partsRequestId, jobCardId } = kept
  const accepted = { partsRequestId, jobCardId, serviceCenterId: pune }
  await publish(stack, PartsAccepted, accepted, { version: 2 })
  await stack.topics.next('inventory.reservation.confirmed.v1', ({ key }) => key === partsRequestId)
  await stack.admin.query(`update timer set due_at = now() where kind = 'reservation.expire'`)
  await stack.topics.next(
    'inventory.reservation.expired.v1',
    ({ key }) => key === forgotten.partsRequestId,
  )
  expect(await linesOf(stack, forgotten)).toEqual(['released'])
  expect(await linesOf(stack, kept)).toEqual(['reserved'])
  expect(await figures(item.id)).toEqual({ currentStock: 10, reserved: 4 })
})

test('a confirmation that comes after the deadline sets aside anew what is still there', async () => {
  const item = await stockItem(stack, 5)
  const late = await askParts(stack, [[item.id, 4]])
  await linesOf(stack, late)
  await stack.admin.query(`update timer set due_at = now() where subject = $1`, [
    late.partsRequestId,
  ])
  await linesOf(stack, late, ([status]) => status === 'released')
  const rival = await askParts(stack, [[item.id, 3]])
  await linesOf(stack, rival)
  const { partsRequestId, jobCardId } = late
  const accepted = { partsRequestId, jobCardId, serviceCenterId: pune }
  await publish(stack, PartsAccepted, accepted, { version: 2 })
  expect(await linesOf(stack, late, ([status]) => status === 'waiting')).toEqual(['waiting'])
  await adjust(item.id, 2)
  expect(await linesOf(stack, late, ([status]) => status === 'reserved')).toEqual(['reserved'])
})

test('what was withdrawn before it was accepted stays free, though it is accepted then', async () => {
  const item = await stockItem(stack, 5)
  const asked = await askParts(stack, [[item.id, 2]])
  await linesOf(stack, asked)
  await withdraw(asked, [0])
  const { partsRequestId, jobCardId } = asked
  const request = { partsRequestId, jobCardId, serviceCenterId: pune }
  const id = await publish(stack, PartsAccepted, request, { version: 6 })
  await eventually('the effect of an acceptance', async () => {
    const { rowCount } = await stack.admin.query('select from inbox where event_id = $1', [id])
    return rowCount === 1
  })
  expect(await linesOf(stack, asked)).toEqual(['released'])
  expect(await figures(item.id)).toEqual({ currentStock: 5, reserved: 0 })
})

test('crossing the reorder point raises one alert and one purchase request, not one per movement', async () => {
  const item = await stockItem(stack, 6, { reorderPoint: 4, maxStockLevel: 20 })
  for (let turn = 0; turn < 4; turn++) await adjust(item.id, -1)
  expect(await countOf('stock_alert', item.id)).toBe(1)
  expect(await countOf('purchase_request', item.id)).toBe(1)
  const { data } = await stack.call<{ itemId: string; available: number; status: string }[]>(
    'GET /inventory/alerts',
    { as: isha, query: { 'filter[itemId]': item.id } },
  )
  expect(data).toMatchObject([{ itemId: item.id, available: 2, status: 'low_stock' }])
  await adjust(item.id, 10)
  await stack.topics.next(
    'inventory.stock-alert.cleared.v1',
    ({ data: told }) => told?.['itemId'] === item.id,
  )
  const asked = { as: isha, query: { 'filter[itemId]': item.id } }
  expect((await stack.call('GET /inventory/alerts', asked)).data).toEqual([])
})

test('explain shows the rows that add up to each figure', async () => {
  const item = await stockItem(stack, 5)
  await adjust(item.id, 2)
  await adjust(item.id, -1)
  const asked = await askParts(stack, [[item.id, 4]])
  await linesOf(stack, asked)
  await linesOf(stack, await askParts(stack, [[item.id, 3]]))
  interface Explained {
    currentStock: { quantity: number; earlier: number; movements: { quantity: number }[] }
    reserved: { quantity: number; holders: { documentId: string; quantity: number }[] }
    waiting: { quantity: number }[]
  }
  const { data } = await stack.call<Explained>(`GET /inventory/items/${item.id}/explain`, {
    as: isha,
  })
  const { currentStock, reserved, waiting } = data
  expect(currentStock).toMatchObject({ quantity: 6, earlier: 0 })
  expect(currentStock.movements.map(({ quantity }) => quantity)).toEqual([-1, 2, 5])
  expect(reserved).toMatchObject({
    quantity: 4,
    holders: [{ documentId: asked.jobCardId, quantity: 4 }],
  })
  expect(waiting).toMatchObject([{ quantity: 3 }])
})
