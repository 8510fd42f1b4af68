import { kiran, meera, pune } from '@forecourt/testing/people'
import { testEveryRole, testForeignCenter, testLists, testTables } from '@forecourt/testing/matrix'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { identity } from './service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(identity)
  await stack.admin.query(
    `insert into service_center (id, code, name, city, state)
     values ($1, 'PUN', 'Forecourt Pune', 'Pune', 'Maharashtra')`,
    [pune],
  )
})
afterAll(() => stack?.close())

testEveryRole(identity, () => stack)
testLists(identity, () => stack, kiran)
testForeignCenter(identity, () => stack, {
  ids: { '/admin/service-centers': () => pune },
  stranger: meera,
})
testTables(identity, tables, () => stack)
