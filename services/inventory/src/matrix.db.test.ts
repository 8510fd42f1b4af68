import { testChosenCenter } from '@forecourt/testing/chosen-center'
import { testEveryRole, testLists } from '@forecourt/testing/matrix'
import { testTables } from '@forecourt/testing/tables'
import { isha, kiran, pune } from '@forecourt/testing/people'
import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { inventory } from './service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(inventory)))
afterAll(() => stack?.close())

testEveryRole(inventory, () => stack)
testLists(inventory, () => stack, kiran)
testTables(inventory, tables, () => stack, {
  service_center: 'a replica of what everybody may know',
})
testPersonalTables(inventory, [], () => stack, {
  service_center: 'centers',
  item: 'the catalogue',
  stock_movement: 'stock',
  reservation: 'stock',
  reservation_line: 'stock',
  stock_alert: 'stock',
  purchase_request: 'what should be bought',
})
testChosenCenter(inventory, () => stack, isha, {
  'POST /inventory/items': () => ({
    itemCode: 'OIL-1',
    name: 'Oil filter',
    category: 'spare_part',
    unitPrice: 250,
    taxRate: 18,
  }),
  'PUT /inventory/items/:id': () => ({ reorderPoint: 5 }),
  'POST /inventory/adjustments': () => ({ itemId: pune, quantity: 5, reason: 'Counted' }),
})
