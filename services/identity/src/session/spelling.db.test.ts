import { KeyRing, readConfig } from '@forecourt/platform/config'
import { unseal } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { garaging, ownerForm } from '@forecourt/testing/garaging'
import { signIn, staffForm, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const transportKeys = KeyRing.parse(testSecrets.TRANSPORT_KEYS)
const { password } = ownerForm()

let stack: Stack
beforeAll(async () => {
  const settings = { BCRYPT_ROUNDS: '4', APP_DEBUG: 'true', LOG_LEVEL: 'silent' }
  stack = await openStack(identity, { ...(await ownKeys()), ...settings })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  // As the requirement writes the phone.
  await opened(ownerForm({ phoneNumber: '+942948249' }), 'sms')
})
beforeEach(async () => {
  await stack.redis.flushdb()
  await stack.admin.query('delete from login_failure')
})
afterAll(() => stack?.close())

const { opened } = garaging(() => stack.call)
const spellings = ['+942948249', '942948249', '0942948249', '971942948249', '+971 942 948 249']

let addresses = 0
function post<Data>(path: `/${string}`, body: object) {
  addresses += 1
  const from = `198.51.${addresses >> 8}.${addresses & 255}`
  return stack.call<Data>(`POST ${path}`, { body, headers: { 'x-forwarded-for': from } })
}
const login = (phone: string, typed = password) =>
  post<SignedIn>('/auth/login', { phone, password: typed })

/** The codes that were sent to a phone. */
function codesTo(phone: string): string[] {
  const opened = (event: (typeof stack.topics.seen)[number], what: string) =>
    unseal(transportKeys, String(event.data?.[what]), `otp|${what}|${event.key}`)
  return stack.topics.seen
    .filter((event) => event.type === 'identity.otp.requested.v1')
    .filter((event) => opened(event, 'destination') === phone)
    .map((event) => opened(event, 'code'))
}

describe('the owner of a garage in the UAE', () => {
  test.each(spellings)('signs in by %s', async (phone) => {
    const { status, data } = await login(phone)
    expect([status, data]).toMatchObject([200, { user: { phone: '+971942948249' } }])
  })

  test.each([
    ['+942948249', '942948249'],
    ['942948249', '+971942948249'],
  ])('gets a new password by %s, and brings the code with %s', async (asked, brought) => {
    const before = codesTo('+971942948249').length
    await post('/auth/forgot-password', { phone: asked })
    const sent = () => codesTo('+971942948249')
    const codes = await eventually('a code', () => sent().length > before && sent())
    const body = { phone: brought, otp: codes.at(-1), password }
    expect((await post('/auth/reset-password', body)).status).toBe(200)
  })
})

test('whoever works at a garage may be entered with a phone as it is dialled there', async () => {
  const { accessToken: token } = await signIn(stack.call, 'admin@forecourt.test')
  const { user } = await signIn(stack.call, 'advisor@forecourt.test')
  const body = staffForm({ serviceCenterId: user.serviceCenterIds[0], phone: '0504981502' })
  const { data } = await stack.call<{ phone: string }>('POST /admin/users', { token, body })
  expect(data.phone).toBe('+971504981502')
})

describe.each([
  ['an owner', spellings],
  ['a stranger', spellings.map((phone) => phone.replace('249', '250').replace('249', '250'))],
])('guessing the password of %s', (_, phones) => {
  test('ends after ten wrong ones, however the phone is spelled', async () => {
    for (let number = 0; number < 10; number += 1) {
      const phone = phones[number % phones.length] ?? ''
      expect((await login(phone, 'not it')).status).toBe(401)
    }
    for (const phone of phones) {
      await stack.redis.flushdb()
      expect((await login(phone)).body.error?.reason).toBe('account_locked')
    }
  })

  test('spends one budget, however the phone is spelled', async () => {
    for (let number = 0; number < 10; number += 1) {
      await login(phones[number % phones.length] ?? '', 'not it')
      await stack.admin.query('delete from login_failure')
    }
    for (const phone of phones) expect((await login(phone)).status).toBe(429)
  })
})

test('a right password forgets what was counted beside its account', async () => {
  for (let number = 0; number < 3; number += 1) await login('942948249', 'not it')
  expect((await stack.admin.query('select from login_failure')).rowCount).toBe(2)
  await login('942948249')
  expect((await stack.admin.query('select from login_failure')).rowCount).toBe(0)
})
