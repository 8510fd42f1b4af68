import { readConfig } from '@forecourt/platform/config'
import { kiran, meera, pune } from '@forecourt/testing/people'
import { testEveryRole, testForeignCenter, testLists } from '@forecourt/testing/matrix'
import { testTables } from '@forecourt/testing/tables'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { seed, SeedConfig } from './seed.ts'
import { identity } from './service.ts'

let stack: Stack
let asha = ''
let desk = ''
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
  const {
    rows: [session],
  } = await stack.admin.query(
    `insert into session (id, user_id, token_hash, expires_at)
     values (gen_random_uuid(), $1, 'a digest', now() + interval '1 hour') returning id`,
    [asha],
  )
  desk = session.id
})
afterAll(() => stack?.close())

testEveryRole(identity, () => stack, { 'POST /auth/register': [{ email: '', role: '' }] })
testLists(identity, () => stack, kiran)
testForeignCenter(identity, () => stack, {
  ids: {
    '/admin/service-centers': () => pune,
    '/admin/users': () => asha,
    '/auth/sessions': () => desk,
  },
  bodies: { 'PUT /admin/users/:id/activate': { isActive: false } },
  stranger: meera,
})
testTables(identity, tables, () => stack)
