import { createHash } from 'node:crypto'
import { readConfig } from '@forecourt/platform/config'
import { managing, signIn, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const asha = 'advisor@forecourt.test'
const chosen = 'Chosen#2027'

let stack: Stack
let kiran: SignedIn
let pune = ''
beforeAll(async () => {
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  kiran = await signIn(stack.call, 'admin@forecourt.test')
  pune = (await signIn(stack.call, asha)).user.serviceCenterIds[0] ?? ''
})
beforeEach(async () => {
  // No test spends another's budget, nor waits for its cooldown.
  await stack.redis.flushdb()
  await stack.admin.query('delete from login_failure')
})
afterAll(() => stack?.close())

const { newPerson: open } = managing(() => stack.call)
const newPerson = () => open(kiran, { serviceCenterId: pune })

function login(email: string, password: string) {
  return stack.call('POST /auth/login', { body: { email, password } })
}

const isSignedIn = async ({ accessToken: token }: SignedIn) =>
  (await stack.call('GET /auth/me', { token })).status === 200

describe('changing the own password', () => {
  const change = (who: SignedIn, currentPassword: string, newPassword = chosen) =>
    stack.call('PUT /auth/change-password', {
      token: who.accessToken,
      body: { currentPassword, newPassword },
    })

  test('asks for the former one, and ends all other sessions', async () => {
    const person = await newPerson()
    const desk = await signIn(stack.call, person.email, person.password)
    const phone = await signIn(stack.call, person.email, person.password)
    const { status, body } = await change(desk, person.password)
    expect([status, body.message]).toEqual([200, 'Password changed successfully'])
    expect([await isSignedIn(desk), await isSignedIn(phone)]).toEqual([true, false])
    expect((await login(person.email, person.password)).status).toBe(401)
    expect((await login(person.email, chosen)).status).toBe(200)
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      ({ data }) =>
        data?.['action'] === 'PUT /auth/change-password' && data['userId'] === person.id,
    )
    expect(JSON.stringify(line.data)).not.toMatch(/Chosen#2027|Workshop#1|\$2b\$/)
  })

  test('is refused with a wrong one, which counts until the account is locked', async () => {
    const person = await newPerson()
    const desk = await signIn(stack.call, person.email, person.password)
    const guesses = Array.from({ length: 30 }, (_, number) => change(desk, `guess ${number}`))
    const answers = await Promise.all(guesses)
    const { 401: wrong, 429: refused } = Object.groupBy(answers, ({ status }) => status)
    expect([wrong?.length, refused?.length]).toEqual([10, 20])
    expect(wrong?.[0]?.body.error).toMatchObject({ code: 'AUTH_001', reason: 'password_wrong' })
    const right = await change(desk, person.password)
    expect([right.status, right.body.error?.reason]).toEqual([429, 'account_locked'])
    await stack.redis.flushdb()
    expect((await login(person.email, person.password)).status).toBe(429)
  })

  test.each([
    ['newPassword', { currentPassword: 'Workshop#1', newPassword: 'short1' }],
    ['newPassword', { currentPassword: 'Workshop#1', newPassword: 'Workshop#1' }],
    ['currentPassword', { newPassword: chosen }],
  ])('is refused for its %s', async (field, body) => {
    const answer = await stack.call('PUT /auth/change-password', {
      token: kiran.accessToken,
      body,
    })
    expect(answer.status).toBe(422)
    expect(Object.keys(answer.body.errors ?? {})).toEqual([field])
  })

  test('from two devices at once is done by one of them', async () => {
    const person = await newPerson()
    const desk = await signIn(stack.call, person.email, person.password)
    const phone = await signIn(stack.call, person.email, person.password)
    const answers = await Promise.all([
      change(desk, person.password, 'Chosen#2028'),
      change(phone, person.password, 'Chosen#2029'),
    ])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(1)
  })

  test('under an idempotency key is repeated without harm, and its digest guesses no password', async () => {
    const person = await newPerson()
    const desk = await signIn(stack.call, person.email, person.password)
    const body = { currentPassword: person.password, newPassword: chosen }
    const headers = { 'idempotency-key': `change-${person.id}` }
    const change = () =>
      stack.call('PUT /auth/change-password', { token: desk.accessToken, body, headers })
    expect([(await change()).status, (await change()).status]).toEqual([200, 200])
    const plain = createHash('sha256')
      .update(JSON.stringify([body, {}]))
      .digest('base64url')
    const { rows } = await stack.admin.query<{ digest: string }>('select digest from idempotency')
    expect(rows).toHaveLength(1)
    expect(rows[0]?.digest).not.toBe(plain)
  })
})
