import { asha, isha, kiran, meera, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
import { knowPlaces, stockItem, type StockedItem } from '@forecourt/testing/stocking'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventory } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(inventory)
  await knowPlaces(stack)
})
afterAll(() => stack?.close())

function see(item: { id: string }, as = isha, query: Record<string, string> = {}) {
  return stack.call<StockedItem>(`GET /inventory/items/${item.id}`, { as, query })
}

test('an item that is added is answered, kept, told and audited, its money in rupees', async () => {
  const item = await stockItem(stack, 4.5, { unit: 'litre', taxRate: 28 })
  expect(item).toMatchObject({
    unitPrice: 1_180.5,
    costPrice: 700,
    taxRate: 28,
    hsnCode: '870830',
    currentStock: 4.5,
    available: 4.5,
    reserved: 0,
    location: 'service_center',
    serviceCenterId: pune,
    status: 'available',
  })
  const { rows } = await stack.admin.query('select * from item where id = $1', [item.id])
  expect(rows[0]).toMatchObject({ unit_price_minor: '118050', tax_rate_bp: 2_800 })
  const told = await stack.topics.next('inventory.item.added.v1', ({ key }) => key === item.id)
  expect(told.data).toMatchObject({ unitPriceMinor: 118_050, currency: 'INR', taxRate: 28 })
  expect(told.data).not.toHaveProperty('costPriceMinor')
  const moved = await stack.topics.next(
    'inventory.movement.recorded.v1',
    ({ data }) => data?.['itemId'] === item.id,
  )
  expect(moved.data).toMatchObject({
    referenceType: 'opening',
    quantity: 4.5,
    unitCostMinor: 70_000,
    valueMinor: 315_000,
  })
  const line = await stack.topics.next(
    'inventory.audit.recorded.v1',
    ({ data }) => data?.['entityId'] === item.id,
  )
  expect(line.data).toMatchObject({ userId: isha.userId, action: 'POST /inventory/items' })
})

test('an item code belongs to one item, though eight are added at once, in either case', async () => {
  const body = {
    name: 'Oil filter',
    category: 'spare_part',
    unitPrice: 250,
    taxRate: 18,
  }
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, turn) =>
      stack.call('POST /inventory/items', {
        as: isha,
        body: { ...body, itemCode: turn % 2 ? 'oil-1' : 'OIL-1' },
      }),
    ),
  )
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409])
})

test('an amount has at most two decimals, a quantity at most three, and neither is negative', async () => {
  const { status, body } = await stack.call('POST /inventory/items', {
    as: isha,
    body: {
      itemCode: 'X-1',
      name: 'X',
      category: 'engine',
      unitPrice: 10.001,
      costPrice: -1,
      taxRate: 101,
      hsnCode: '87A',
      currentStock: 0.0001,
      minStockLevel: 5,
      maxStockLevel: 2,
    },
  })
  expect(status).toBe(422)
  expect(Object.keys(body.errors ?? {}).toSorted()).toEqual(
    ['category', 'costPrice', 'currentStock', 'hsnCode', 'taxRate', 'unitPrice'].toSorted(),
  )
})

test('everybody sees the stock of the own center, an administrator the sum of all', async () => {
  const item = await stockItem(stack, 3)
  await stack.call('POST /inventory/adjustments', {
    as: kiran,
    body: { itemId: item.id, serviceCenterId: mumbai, quantity: 7, reason: 'Counted' },
  })
  await stack.call('POST /inventory/adjustments', {
    as: isha,
    body: { itemId: item.id, quantity: 20, reason: 'Delivered to the warehouse' },
  })
  expect((await see(item, ravi)).data).toMatchObject({ currentStock: 3, costPrice: null })
  expect((await see(item, meera)).data).toMatchObject({ currentStock: 7, costPrice: 700 })
  expect((await see(item, kiran)).data).toMatchObject({ currentStock: 30 })
  expect((await see(item, kiran, { serviceCenterId: mumbai })).data.currentStock).toBe(7)
  expect((await see(item, asha, { serviceCenterId: 'central' })).data.currentStock).toBe(20)
  expect((await see(item, asha, { serviceCenterId: mumbai })).data.currentStock).toBe(0)
  const places = (await see(item, asha)).data.levels.map((level) => level.serviceCenterId)
  expect(new Set(places)).toEqual(new Set([null, pune]))
})

test('the list is filtered by status, and searched by code and name', async () => {
  const low = await stockItem(stack, 2, { name: 'Wiper blade', reorderPoint: 5 })
  const none = await stockItem(stack, 0, { name: 'Wiper motor' })
  const names = async (query: Record<string, string>) => {
    const { data } = await stack.call<StockedItem[]>('GET /inventory/items', {
      as: asha,
      query: { search: 'wiper', serviceCenterId: pune, ...query },
    })
    return data.map(({ id }) => id)
  }
  expect(await names({ 'filter[status]': 'low_stock' })).toEqual([low.id])
  expect(await names({ 'filter[status]': 'out_of_stock' })).toEqual([none.id])
  expect((await names({})).length).toBe(2)
})

test('thresholds are those of the item, unless a place has its own', async () => {
  const item = await stockItem(stack, 4, { reorderPoint: 2 })
  expect(item.status).toBe('available')
  const { data } = await stack.call<StockedItem>(`PUT /inventory/items/${item.id}`, {
    as: isha,
    body: { serviceCenterId: pune, reorderPoint: 10 },
  })
  expect(data).toMatchObject({ status: 'low_stock', reorderPoint: 10 })
  expect((await see(item, meera)).data.reorderPoint).toBe(2)
  const raised = await stack.topics.next(
    'inventory.stock-alert.raised.v1',
    ({ data: told }) => told?.['itemId'] === item.id,
  )
  expect(raised.data).toMatchObject({ available: 4, reorderPoint: 10, serviceCenterId: pune })
})

test('a place is named by who keeps it: no thresholds and no new item for another', async () => {
  const item = await stockItem(stack, 4)
  const foreign = { serviceCenterId: mumbai, reorderPoint: 10 }
  const body = {
    name: 'Hose',
    itemCode: 'HOSE-01',
    category: 'spare_part',
    unitPrice: 1,
    ...foreign,
  }
  const changed = await stack.call(`PUT /inventory/items/${item.id}`, { as: isha, body: foreign })
  expect(changed.status).toBe(422)
  expect(changed.body.error).toMatchObject({ field: 'serviceCenterId' })
  expect((await stack.call('POST /inventory/items', { as: isha, body })).status).toBe(422)
  expect((await see(item, meera)).data.reorderPoint).toBeNull()
})

test('a discontinued item says so, and a changed price is told', async () => {
  const item = await stockItem(stack, 1)
  const { data } = await stack.call<StockedItem>(`PUT /inventory/items/${item.id}`, {
    as: isha,
    body: { status: 'discontinued', unitPrice: 99.99 },
  })
  expect(data).toMatchObject({ status: 'discontinued', unitPrice: 99.99, version: 2 })
  const told = await stack.topics.next(
    'inventory.item.changed.v1',
    ({ key, headers }) => key === item.id && headers['ce_sequence'] === '2',
  )
  expect(told.data).toMatchObject({ isDiscontinued: true, unitPriceMinor: 9_999 })
})

test('a manager corrects the stock of the own center and of no other, nor of the warehouse', async () => {
  const item = await stockItem(stack, 1)
  const adjust = (serviceCenterId: string | null) =>
    stack.call('POST /inventory/adjustments', {
      as: priya,
      body: { itemId: item.id, serviceCenterId, quantity: 1, reason: 'Counted' },
    })
  expect((await adjust(pune)).status).toBe(201)
  expect((await adjust(mumbai)).status).toBe(422)
  expect((await adjust(null)).status).toBe(403)
})
