import { cardFact, completeCard, knowBilling, knowCustomer } from '@forecourt/testing/billing'
import { testChosenCenter } from '@forecourt/testing/chosen-center'
import { testEveryRole, testForeignCenter, testLists } from '@forecourt/testing/matrix'
import { testTables } from '@forecourt/testing/tables'
import { gita, kiran, meera, priya } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { billing } from './service.ts'

let stack: Stack
let invoice = ''
beforeAll(async () => {
  stack = await openStack(billing)
  invoice = await completeCard(stack, cardFact(await knowBilling(stack)))
  await knowCustomer(stack, { accountId: gita.userId })
})
afterAll(() => stack?.close())

testEveryRole(billing, () => stack)
testLists(billing, () => stack, kiran)
const foreign = {
  ids: { '/invoices': () => invoice },
  bodies: {
    'POST /invoices/:id/payments': { amount: 1, paymentMethod: 'cash' },
    'PUT /invoices/:id/pay': { paymentMethod: 'cash' },
  },
}
testForeignCenter(billing, () => stack, { ...foreign, stranger: meera })
testForeignCenter(billing, () => stack, { ...foreign, stranger: gita })
testChosenCenter(billing, () => stack, priya, {
  'POST /invoices': () => ({ customerDetails: { name: 'Lina Shah' } }),
})
testTables(billing, tables, () => stack, {
  service_center: 'a replica of what everybody may know',
})
