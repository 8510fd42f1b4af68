import { readConfig } from '@forecourt/platform/config'
import { elsewhere } from '@forecourt/testing/elsewhere'
import { eventually } from '@forecourt/testing/eventually'
import {
  claimsIn,
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
let other: Stack
let pune = ''
let mumbai = ''
/** Kiran runs the group, Priya manages Pune. */
let kiran: Tokens
let priya: Tokens
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  const { JWKS_URL = '', KAFKA_PREFIX = '' } = stack.env
  other = await openStack(elsewhere, { JWKS_URL, KAFKA_PREFIX })
  kiran = await signIn('admin@forecourt.test')
  priya = await signIn('manager@forecourt.test')
  pune = priya.user.serviceCenterIds[0] ?? ''
  mumbai = (await signIn('manager.mum@forecourt.test')).user.serviceCenterIds[0] ?? ''
})
beforeEach(async () => {
  // No test spends another's budget.
  await stack.redis.flushdb()
})
afterAll(async () => {
  await other?.close()
  await stack?.close()
})

const signIn = (email: string, typed = seededPassword) => signInAt(stack.call, email, typed)

const formOf = (changes: Record<string, unknown> = {}) =>
  staffForm({ serviceCenterId: pune, ...changes })

const manage = managing(() => stack.call)
const { change, suspend } = manage
const opened = (changes: Record<string, unknown> = {}) =>
  manage.opened(kiran, { serviceCenterId: pune, ...changes })

describe('changing an account', () => {
  test('does not suspend it: a form may send back what it is, and nothing else', async () => {
    const before = await opened()
    expect((await change(kiran, before.id, before)).status).toBe(200)
    for (const [field, value] of Object.entries({ isActive: false, status: 'suspended' })) {
      const { status, body } = await change(kiran, before.id, { [field]: value, lastName: 'Rao' })
      expect([status, body.errors]).toEqual([
        422,
        { [field]: ['Use PUT /admin/users/:id/activate'] },
      ])
    }
    await suspend(kiran, before.id)
    expect((await change(kiran, before.id, { isActive: false })).status).toBe(200)
  })

  test('keeps what is not named, tells the new state, and audits both', async () => {
    const before = await opened()
    const { data, headers } = await change(kiran, before.id, { lastName: 'Shinde' })
    expect(data).toMatchObject({
      ...before,
      lastName: 'Shinde',
      fullName: 'Sunil Shinde',
      version: 2,
      updatedAt: expect.any(String),
    })
    expect(headers.get('etag')).toBe('"2"')
    const told = await stack.topics.next('identity.user.changed.v1', ({ key }) => key === before.id)
    expect(told.data).toMatchObject({ userId: before.id, role: 'technician', status: 'active' })
    expect(told.headers['ce_sequence']).toBe('2')
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      ({ data: said }) =>
        said?.['action'] === 'PUT /admin/users/:id' && said['entityId'] === before.id,
    )
    expect(line.data).toMatchObject({ before: { role: 'technician' }, after: { version: 2 } })
    expect(JSON.stringify(line.data)).not.toMatch(/Gaikwad|Shinde|\$2b\$/)
    const found = await stack.call<Account[]>('GET /admin/users', {
      token: kiran.accessToken,
      query: { search: 'shinde' },
    })
    expect(found.data.map(({ id }) => id)).toEqual([before.id])
  })

  test('takes no password or version from the body', async () => {
    const body = formOf()
    const { id } = await opened(body)
    const { data } = await change(kiran, id, { password: '', version: 9 })
    expect(data).toMatchObject({ status: 'active', version: 2 })
    const refused = await change(kiran, id, { password: 'Other#123', lastName: 'Rao' })
    expect([refused.status, Object.keys(refused.body.errors ?? {})]).toEqual([422, ['password']])
    expect((await signIn(body.email, body.password)).user.id).toBe(id)
  })

  test('is refused when somebody else was faster', async () => {
    const { id } = await opened()
    const headers = { 'if-match': '"1"' }
    const answers = await Promise.all([
      change(kiran, id, { firstName: 'A' }, headers),
      change(kiran, id, { firstName: 'B' }, headers),
    ])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]))
  })

  test('to an e-mail address of another account is refused, also for two at once', async () => {
    const [one, two] = [await opened(), await opened()]
    const email = 'wanted@forecourt.test'
    const answers = await Promise.all([one, two].map(({ id }) => change(kiran, id, { email })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]))
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body.error?.reason).toBe('account_exists')
  })

  test('of role or center: tokens that say otherwise end here and elsewhere, the session goes on', async () => {
    const form = formOf()
    const { id } = await opened(form)
    const tokens = await signIn(form.email, form.password)
    await eventually('a service that listens', async () => (await there(tokens)) === 200)
    expect((await change(kiran, id, { serviceCenterId: mumbai, role: 'engineer' })).status).toBe(
      200,
    )
    expect(await here(tokens)).toBe(401)
    await eventually('a refusal', async () => (await there(tokens)) === 401)

    const { data: next } = await stack.call<Tokens>('POST /auth/refresh-token', {
      body: { refreshToken: tokens.refreshToken },
    })
    expect(await here(next)).toBe(200)
    expect(await there(next)).toBe(200)
    expect(claimsIn(next)).toMatchObject({ roles: ['engineer'], centers: [mumbai] })
  })

  test('to administrator leaves the centers behind, and back needs one', async () => {
    const { id } = await opened()
    const raised = await change(kiran, id, { role: 'admin' })
    expect(raised.data).toMatchObject({
      role: 'admin',
      serviceCenterId: null,
      serviceCenterIds: [],
    })
    expect((await change(kiran, id, { role: 'advisor' })).status).toBe(422)
    const lowered = await change(kiran, id, { role: 'advisor', serviceCenterId: pune })
    expect(lowered.data).toMatchObject({ role: 'advisor', serviceCenterIds: [pune] })
  })
})

describe('suspending an account', () => {
  test('ends its sessions here at once and elsewhere when that is told, and lets nobody in', async () => {
    const form = formOf()
    const { id } = await opened(form)
    const [desk, phone] = [
      await signIn(form.email, form.password),
      await signIn(form.email, form.password),
    ]
    await eventually('a service that listens', async () => (await there(desk)) === 200)
    const { status, data } = await suspend(priya, id)
    expect(status).toBe(200)
    expect(data).toMatchObject({ status: 'suspended', isActive: false, available: ['activate'] })
    for (const tokens of [desk, phone]) {
      expect(await here(tokens)).toBe(401)
      await eventually('a refusal', async () => (await there(tokens)) === 401)
      const { status: refreshed } = await stack.call('POST /auth/refresh-token', {
        body: { refreshToken: tokens.refreshToken },
      })
      expect(refreshed).toBe(401)
    }
    const login = await stack.call('POST /auth/login', {
      body: { email: form.email, password: form.password },
    })
    expect([login.status, login.body.error?.reason]).toEqual([403, 'account_not_active'])
    const told = await stack.topics.next('identity.user.changed.v1', ({ key }) => key === id)
    expect(told.data).toMatchObject({ status: 'suspended' })
  })

  test('twice is refused; opening it again lets the person in, but no former session', async () => {
    const form = formOf()
    const { id } = await opened(form)
    const former = await signIn(form.email, form.password)
    const activate = (isActive: boolean) =>
      stack.call<Account>(`PUT /admin/users/${id}/activate`, {
        token: priya.accessToken,
        body: { isActive },
      })
    expect((await activate(false)).data.status).toBe('suspended')
    const again = await activate(false)
    expect([again.status, again.body.error?.reason]).toEqual([409, 'state_forbids'])
    expect((await activate(true)).data).toMatchObject({ status: 'active', available: ['suspend'] })
    expect(await here(former)).toBe(401)
    expect(await here(await signIn(form.email, form.password))).toBe(200)
  })

  test('while the person signs in leaves no session, whichever comes first', async () => {
    const form = formOf()
    const { id } = await opened(form)
    const logins = Array.from({ length: 6 }, () =>
      stack.call('POST /auth/login', { body: { email: form.email, password: form.password } }),
    )
    await Promise.all([...logins, suspend(kiran, id)])
    const { rowCount } = await stack.admin.query(
      'select from session where user_id = $1 and ended_at is null',
      [id],
    )
    expect(rowCount).toBe(0)
  })
})

describe('the last administrator', () => {
  test('cannot be suspended, switched off or made something else', async () => {
    await stack.admin.query(
      `update "user" set status = 'suspended'
      where role = 'admin' and id <> $1`,
      [kiran.user.id],
    )
    const answers = [
      await suspend(kiran, kiran.user.id),
      await stack.call(`PUT /admin/users/${kiran.user.id}/activate`, {
        token: kiran.accessToken,
        body: { isActive: false },
      }),
      await change(kiran, kiran.user.id, { role: 'advisor', serviceCenterId: pune }),
    ]
    for (const { status, body } of answers) {
      expect([status, body.error?.reason]).toEqual([409, 'last_administrator'])
    }
    expect(await here(kiran)).toBe(200)
  })

  test('is left when two suspend each other at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const form = formOf({ role: 'admin', serviceCenterId: null })
      const { id } = await opened(form)
      const rival = await signIn(form.email, form.password)
      const answers = await Promise.all([suspend(kiran, id), suspend(rival, kiran.user.id)])
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const { rows } = await stack.admin.query(
        `select id from "user" where role = 'admin' and status = 'active'`,
      )
      expect(rows).toHaveLength(1)
      // Kiran goes on, whoever was first.
      await stack.admin.query(`update "user" set status = 'active' where id = $1`, [kiran.user.id])
      kiran = await signIn('admin@forecourt.test')
      await suspend(kiran, id)
    }
  })
})

async function here({ accessToken: token }: Tokens): Promise<number> {
  return (await stack.call('GET /auth/me', { token })).status
}

async function there({ accessToken: token }: Tokens): Promise<number> {
  return (await other.call('GET /elsewhere', { token })).status
}
