import { readConfig } from '@forecourt/platform/config'
import {
  managing,
  seededPassword,
  signIn as signInAt,
  staffForm,
  type Account,
  type SignedIn as Tokens,
} from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

let stack: Stack
let pune = ''
let mumbai = ''
/** Kiran runs the group, Priya manages Pune, Meera Mumbai. */
let kiran: Tokens
let priya: Tokens
let meera: Tokens
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  kiran = await signIn('admin@forecourt.test')
  priya = await signIn('manager@forecourt.test')
  meera = await signIn('manager.mum@forecourt.test')
  pune = priya.user.serviceCenterIds[0] ?? ''
  mumbai = meera.user.serviceCenterIds[0] ?? ''
})
beforeEach(async () => {
  // No test spends another's budget.
  await stack.redis.flushdb()
})
afterAll(() => stack?.close())

const signIn = (email: string, typed = seededPassword) => signInAt(stack.call, email, typed)

const formOf = (changes: Record<string, unknown> = {}) =>
  staffForm({ serviceCenterId: pune, ...changes })

const manage = managing(() => stack.call)
const { change, suspend } = manage
const open = (by: Tokens, changes: Record<string, unknown> = {}, headers = {}) =>
  manage.open(by, { serviceCenterId: pune, ...changes }, headers)
const opened = (changes: Record<string, unknown> = {}) =>
  manage.opened(kiran, { serviceCenterId: pune, ...changes })

describe('opening an account', () => {
  test.each(['POST /auth/register', 'POST /admin/users'] as const)(
    'by %s lets the person in, and is told and audited without secrets',
    async (signature) => {
      const body = formOf()
      const { status, data, text, headers } = await stack.call<Account>(signature, {
        token: kiran.accessToken,
        body,
      })
      expect([status, headers.get('etag')]).toEqual([201, '"1"'])
      expect(data).toMatchObject({
        email: body.email,
        phone: body.phone,
        firstName: 'Sunil',
        lastName: 'Gaikwad',
        role: 'technician',
        serviceCenterId: pune,
        serviceCenterIds: [pune],
        isActive: true,
        status: 'active',
        available: ['suspend'],
      })
      expect((await signIn(body.email, body.password)).user.id).toBe(data.id)

      const told = await stack.topics.next('identity.user.created.v1', ({ key }) => key === data.id)
      expect(told.data).toMatchObject({
        role: 'technician',
        status: 'active',
        serviceCenterIds: [pune],
      })
      const line = await stack.topics.next(
        'identity.audit.recorded.v1',
        ({ data: said }) => said?.['action'] === signature && said['entityId'] === data.id,
      )
      expect(line.data).toMatchObject({ userId: kiran.user.id, outcome: 'done' })
      for (const shown of [text, JSON.stringify(told.data), JSON.stringify(line.data)]) {
        expect(shown).not.toMatch(/Workshop#1|\$2b\$|passwordHash|[a-z]Index/)
      }
      expect(JSON.stringify([told.data, line.data])).not.toMatch(/Sunil|Gaikwad|new\d+@/)
    },
  )

  test('says what is missing, field by field', async () => {
    const { status, body } = await stack.call('POST /admin/users', {
      token: kiran.accessToken,
      body: {},
    })
    expect(status).toBe(422)
    expect(body.errors).toEqual({
      email: ['E-mail address is required'],
      password: ['Password is required'],
      role: ['Role is required'],
      firstName: ['First name is required'],
      lastName: ['Last name is required'],
      phone: ['Phone number is required'],
    })
  })

  test.each([
    ['role', { role: 'wizard' }],
    ['role', { role: 'mobile_user' }],
    ['role', { role: 'garage_owner' }],
    ['serviceCenterId', { serviceCenterId: null }],
    ['serviceCenterId', { serviceCenterId: '0192f000-0000-7000-8000-00000000dead' }],
    ['serviceCenterId', { role: 'admin' }],
    ['password', { password: 'short1' }],
    ['password', { password: 'onlyletters' }],
  ])('is refused for its %s: %j', async (field, changes) => {
    const { status, body } = await open(kiran, changes)
    expect(status).toBe(422)
    expect(Object.keys(body.errors ?? {})).toEqual([field])
  })

  test('takes nothing that the house decides from the body', async () => {
    const forged = { status: 'suspended', permissions: ['*'], version: 7, id: kiran.user.id }
    const { data } = await open(kiran, { ...forged, passwordHash: 'x', lastLogin: '2020-01-01' })
    expect(data).toMatchObject({ status: 'active', version: 1, lastLogin: null })
    expect(data.id).not.toBe(kiran.user.id)
  })

  test('with an e-mail or phone of another account is refused, also twenty at once', async () => {
    const body = formOf()
    const calls = Array.from({ length: 20 }, (_, number) =>
      open(kiran, { ...body, ...(number % 2 ? formOf({ phone: body.phone }) : body) }),
    )
    const answers = await Promise.all(calls)
    const { 201: made, 409: refused } = Object.groupBy(answers, ({ status }) => status)
    expect([made?.length, refused?.length]).toEqual([1, 19])
    expect(refused?.[0]?.body.error).toMatchObject({
      code: 'DUPLICATE_001',
      reason: 'account_exists',
    })
  })

  test('twice with one idempotency key opens one', async () => {
    const headers = { 'idempotency-key': 'register-sunil-once' }
    const body = formOf()
    const [first, second] = [await open(kiran, body, headers), await open(kiran, body, headers)]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.data.id).toBe(first.data.id)
  })

  test.each(['advisor', 'technician', 'engineer', 'inventory'])(
    'is not for the %s',
    async (name) => {
      const { status } = await open(await signIn(`${name}@forecourt.test`))
      expect(status).toBe(403)
    },
  )
})

describe('a manager', () => {
  test('opens accounts of roles below the own one, in the own center', async () => {
    for (const role of ['advisor', 'technician', 'engineer']) {
      expect((await open(priya, { role })).status).toBe(201)
    }
  })

  test.each(['admin', 'service_center', 'inventory_manager'])(
    'opens none of the role %s, which may do what a manager may not give',
    async (role) => {
      const { status, body } = await open(priya, {
        role,
        ...(role === 'admin' && { serviceCenterId: null }),
      })
      expect(status).toBe(403)
      expect(body.error?.reason).toBe('role_not_below')
    },
  )

  test('opens none at a center that is not the own one', async () => {
    for (const centers of [[mumbai], [pune, mumbai]]) {
      const { status, body } = await open(priya, {
        serviceCenterIds: centers,
        serviceCenterId: undefined,
      })
      expect([status, body.error?.reason]).toEqual([403, 'center_not_yours'])
    }
  })

  test('sees the people of the own center and no others', async () => {
    const asks = (by: Tokens) =>
      stack.call<Account[]>('GET /admin/users', { token: by.accessToken, query: { limit: '100' } })
    const [all, ofPune, ofMumbai] = await Promise.all([asks(kiran), asks(priya), asks(meera)])
    expect(all.data.length).toBeGreaterThan(ofPune.data.length + ofMumbai.data.length)
    expect(ofPune.data.every(({ serviceCenterIds }) => serviceCenterIds.includes(pune))).toBe(true)
    expect(ofMumbai.data.map(({ id }) => id)).not.toContain(priya.user.id)
  })

  test('does not find the people of other centers: they are not there', async () => {
    const { id } = await opened({ serviceCenterId: mumbai })
    const read = await stack.call(`GET /admin/users/${id}`, { token: priya.accessToken })
    const switched = await stack.call(`PUT /admin/users/${id}/activate`, {
      token: priya.accessToken,
      body: { isActive: false },
    })
    const others = [await change(priya, id, { firstName: 'X' }), await suspend(priya, id)]
    expect([read, switched, ...others].map(({ status }) => status)).toEqual([404, 404, 404, 404])
  })

  test('leaves whoever works elsewhere too to those who manage both', async () => {
    const { id } = await opened({ serviceCenterIds: [pune, mumbai], serviceCenterId: undefined })
    const read = await stack.call<Account>(`GET /admin/users/${id}`, { token: priya.accessToken })
    expect(read.data).toMatchObject({ serviceCenterIds: [pune, mumbai], available: [] })
    for (const { status, body } of [
      await change(priya, id, { firstName: 'X' }),
      await suspend(priya, id),
    ]) {
      expect([status, body.error?.reason]).toEqual([403, 'center_not_yours'])
    }
  })

  test('raises nobody, and the own account neither', async () => {
    const ravi = await opened()
    const attempts = [
      await change(priya, ravi.id, { role: 'service_center' }),
      await change(priya, ravi.id, { role: 'admin', serviceCenterId: null }),
      await change(priya, ravi.id, { serviceCenterIds: [pune, mumbai] }),
      await change(priya, priya.user.id, { role: 'admin' }),
      await change(priya, priya.user.id, { serviceCenterIds: [pune, mumbai] }),
      await suspend(priya, priya.user.id),
    ]
    expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403])
    const { data } = await stack.call<Account>(`GET /admin/users/${ravi.id}`, {
      token: kiran.accessToken,
    })
    expect(data).toMatchObject({ role: 'technician', serviceCenterIds: [pune], version: 1 })
  })
})

describe('the list of accounts', () => {
  const find = async (by: Tokens, query: Record<string, string>) =>
    (await stack.call<Account[]>('GET /admin/users', { token: by.accessToken, query })).data

  test.each([
    ['how a name begins', 'asha'],
    ['how the words of a name begin', 'jos ash'],
    ['the whole e-mail address', 'Advisor@Forecourt.test'],
    ['the whole phone number', '90000 00003'],
  ])('is searched by %s', async (_, search) => {
    const found = await find(kiran, { search })
    expect(found.map(({ email }) => email)).toEqual(['advisor@forecourt.test'])
    expect(await find(meera, { search })).toEqual([])
  })

  test('finds nobody by a part of an e-mail address or of a phone number', async () => {
    expect(await find(kiran, { search: 'advisor@' })).toEqual([])
    expect(await find(kiran, { search: '9000000' })).toEqual([])
  })

  test('is filtered by role, state and center', async () => {
    const engineers = await find(kiran, {
      'filter[role]': 'engineer',
      'filter[serviceCenterId]': mumbai,
      'filter[isActive]': 'true',
    })
    expect(engineers.map(({ email }) => email)).toEqual(['engineer.mum@forecourt.test'])
    expect(await find(kiran, { 'filter[isActive]': 'false', 'filter[status]': 'active' })).toEqual(
      [],
    )
  })
})

test.each(['/admin/users', '/admin/service-centers', '/admin/roles'] as const)(
  '%s is narrowed to what was made within some days',
  async (path) => {
    const count = async (query: Record<string, string>) => {
      const { data } = await stack.call<Account[]>(`GET ${path}`, {
        token: kiran.accessToken,
        query: { limit: '100', ...query },
      })
      return data.length
    }
    const all = await count({})
    expect(all).toBeGreaterThan(0)
    expect(await count({ 'filter[createdAt][gte]': '2020-01-01' })).toBe(all)
    expect(await count({ 'filter[createdAt][lt]': '2020-01-01' })).toBe(0)
  },
)
