import { testChosenCenter } from '@forecourt/testing/chosen-center'
import { testEveryRole, testForeignCenter, testLists } from '@forecourt/testing/matrix'
import { testTables } from '@forecourt/testing/tables'
import { asha, gita, kiran, meera, ravi } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import {
  askForWork,
  knowStaff,
  knowWorkshops,
  openCard,
  registerVisitor,
} from '@forecourt/testing/visiting'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { workshop } from './service.ts'

let stack: Stack
let request = ''
let card = ''
let visitor: object = {}
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
  card = (await openCard(stack)).id
  await registerVisitor(stack, { accountId: gita.userId })
  const registered = await registerVisitor(stack)
  request = (await askForWork(stack, registered)).data.id
  visitor = registered
})
afterAll(() => stack?.close())

testEveryRole(workshop, () => stack)
testLists(workshop, () => stack, kiran)
const foreign = {
  ids: {
    '/workshop/service-requests': () => request,
    '/workshop/job-cards': () => card,
    '/workshop/engineers': () => ravi.userId,
  },
  bodies: {
    'PUT /workshop/service-requests/:id/schedule': { scheduledDate: '2026-12-01' },
    'PUT /workshop/service-requests/:id/reject': { reason: 'No room' },
    'PUT /workshop/service-requests/:id/cancel': { reason: 'No room' },
    'PUT /workshop/job-cards/:id/pre-inspection': { odometerReading: 1 },
    'PUT /workshop/job-cards/:id/assign': { assignedEngineer: ravi.userId },
    'PUT /workshop/job-cards/:id/cancel': { reason: 'No room' },
    'PUT /workshop/job-cards/:id/additional-services': {
      additionalServices: [{ description: 'More', cost: 1 }],
    },
    'PUT /workshop/job-cards/:id/parts-request': {
      items: [{ itemId: ravi.userId, quantity: 1 }],
    },
  },
}
testForeignCenter(workshop, () => stack, { ...foreign, stranger: meera })
testForeignCenter(workshop, () => stack, { ...foreign, stranger: gita })
testChosenCenter(workshop, () => stack, asha, {
  'POST /workshop/service-requests': () => visitor,
})
testTables(workshop, tables, () => stack, {
  service_center: 'a replica of what everybody may know',
  item: 'a replica of what everybody may know',
})
