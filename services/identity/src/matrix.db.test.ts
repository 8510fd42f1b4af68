import { readConfig } from '@forecourt/platform/config'
import { kiran, meera, pune } from '@forecourt/testing/people'
import { testEveryRole, testForeignCenter, testLists, testTables } from '@forecourt/testing/matrix'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { seed, SeedConfig } from './seed.ts'
import { identity } from './service.ts'

let stack: Stack
let asha = ''
beforeAll(async () => {
  stack = await openStack(identity, { BCRYPT_ROUNDS: '4' })
  await stack.admin.query(
    `insert into service_center (id, code, name, city, state)
     values ($1, 'PUN', 'Forecourt Pune', 'Pune', 'Maharashtra')`,
    [pune],
  )
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  const { rows } = await stack.admin.query(
    `select id from "user" where role = 'advisor' and
    service_center_ids = array[$1::uuid]`,
    [pune],
  )
  asha = rows[0].id
})
afterAll(() => stack?.close())

testEveryRole(identity, () => stack)
testLists(identity, () => stack, kiran)
testForeignCenter(identity, () => stack, {
  ids: { '/admin/service-centers': () => pune, '/admin/users': () => asha },
  bodies: { 'PUT /admin/users/:id/activate': { isActive: false } },
  stranger: meera,
})
testTables(identity, tables, () => stack)
