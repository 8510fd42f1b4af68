import { readConfig } from '@forecourt/platform/config'
import { signIn, type Account, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

let stack: Stack
let ravi: SignedIn
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  ravi = await signIn(stack.call, 'technician@forecourt.test')
})
afterAll(() => stack?.close())

const show = () => stack.call<Account>('GET /auth/profile', { token: ravi.accessToken })

const change = (body: object, headers = {}) =>
  stack.call<Account>('PUT /auth/profile', { token: ravi.accessToken, body, headers })

test('people change their own name, in either spelling, and it is told', async () => {
  const before = (await show()).data
  const { status, data } = await change({ firstName: 'Ravindra' })
  expect(status).toBe(200)
  expect(data).toMatchObject({ firstName: 'Ravindra', lastName: 'Pawar', version: 2 })
  expect((await change({ last_name: 'Pawar Patil' })).data.fullName).toBe('Ravindra Pawar Patil')
  expect((await show()).data).toMatchObject({ email: before.email, version: 3 })
  const whole = await change({ ...before, name: 'Ravindra Pawar Patil', fullName: 'Ravi Patil' })
  expect(whole.data).toMatchObject({ fullName: 'Ravi Patil', lastName: 'Patil' })
  const told = await stack.topics.next('identity.user.changed.v1', ({ key }) => key === before.id)
  expect(JSON.stringify(told.data)).not.toContain('Ravindra')
})

test('nobody raises themselves by a body: role, status and centers are not read', async () => {
  const before = (await show()).data
  const { status, data } = await change({
    role: 'admin',
    status: 'suspended',
    isActive: false,
    serviceCenterId: null,
    serviceCenterIds: [],
    permissions: ['user.create'],
    password: 'Other#123',
    id: '0192f000-0000-7000-8000-00000000dead',
    version: 99,
    firstName: 'Ravi',
  })
  expect(status).toBe(200)
  const { id, role, status: state, serviceCenterIds, version } = before
  expect(data).toMatchObject({ id, role, status: state, serviceCenterIds, version: version + 1 })
  expect((await signIn(stack.call, before.email)).user.id).toBe(id)
})

test('a form that sends back what it showed is taken', async () => {
  const { data } = await show()
  expect((await change(data)).status).toBe(200)
})

test('what a form leaves empty stays as it is', async () => {
  const { data: before } = await change({ gender: 'male', dob: '1990-01-31' })
  const blank = { email: '', phone: '', country_code: '', gender: '', dob: '', profile_image: '' }
  const { status, data } = await change({ ...blank, name: 'Ravi Patil', last_name: '' })
  expect(status).toBe(200)
  expect(data).toEqual({
    ...{ ...before, name: 'Ravi Patil', fullName: 'Ravi Patil', lastName: 'Patil' },
    ...{ version: before.version + 1, updatedAt: expect.any(String) },
  })
})

test('a change on an older state is refused', async () => {
  const { data } = await show()
  const stale = await change({ firstName: 'Ravi' }, { 'if-match': `"${data.version - 1}"` })
  expect(stale.status).toBe(412)
})
