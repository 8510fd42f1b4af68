import { KeyRing, readConfig } from '@forecourt/platform/config'
import { unseal } from '@forecourt/platform/personal'
import { garaging } from '@forecourt/testing/garaging'
import { managing, signIn, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const chosen = 'Chosen#2027'
const transportKeys = KeyRing.parse(testSecrets.TRANSPORT_KEYS)

let stack: Stack
let kiran: SignedIn
beforeAll(async () => {
  const settings = { BCRYPT_ROUNDS: '4', APP_DEBUG: 'true', LOG_LEVEL: 'silent' }
  stack = await openStack(identity, { ...(await ownKeys()), ...settings })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  kiran = await signIn(stack.call, 'admin@forecourt.test')
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const { opened } = garaging(() => stack.call)
const { newPerson, open } = managing(() => stack.call)

const forgot = (body: object) => stack.call('POST /auth/forgot-password', { body })
const reset = (body: object) =>
  stack.call('POST /auth/reset-password', { body: { password: chosen, ...body } })

/** What was sent to somebody who forgot a password, oldest first; `what` is a token or a code. */
function sentTo(destination: string, what: 'token' | 'code'): string[] {
  const kind = what === 'token' ? 'password-reset' : 'otp'
  const opening = (key: string | null, field: string, sealed: unknown) =>
    unseal(transportKeys, String(sealed), `${kind}|${field}|${key}`)
  return stack.topics.seen
    .filter(({ type }) => type === `identity.${kind}.requested.v1`)
    .filter(({ data }) => what === 'token' || data?.['purpose'] === 'password_reset')
    .filter(({ key, data }) => opening(key, 'destination', data?.['destination']) === destination)
    .map(({ key, data }) => opening(key, what, data?.[what]))
}

/** Asks for a new password and waits until whatever that brought about was sent. */
async function askedFor(body: { email: string } | { phone: string }): Promise<void> {
  // The code of the sign-up takes no place of the one that is asked for here.
  await stack.redis.flushdb()
  const { status } = await forgot(body)
  expect(status).toBe(200)
  await stack.told()
}

test('a phone that a garage owner typed and never proved resets no password', async () => {
  const { form } = await opened()
  await askedFor({ phone: form.phoneNumber })
  expect(sentTo(form.phoneNumber, 'code')).toEqual([])
  await askedFor({ email: form.email })
  const [token = ''] = sentTo(form.email, 'token')
  expect((await reset({ token })).status).toBe(200)
})

test('an e-mail that a garage owner typed and never proved resets no password', async () => {
  const { form } = await opened(undefined, 'sms')
  await askedFor({ email: form.email })
  expect(sentTo(form.email, 'token')).toEqual([])
  await askedFor({ phone: form.phoneNumber })
  const [otp] = sentTo(form.phoneNumber, 'code')
  expect((await reset({ phone: form.phoneNumber, otp })).status).toBe(200)
})

test('what was sent to a contact opens nothing once it counts as unproved', async () => {
  const [one, other] = [
    await newPerson(kiran, { role: 'admin' }),
    await newPerson(kiran, { role: 'admin' }),
  ]
  await askedFor({ email: one.email })
  await askedFor({ phone: other.phone })
  const [token] = sentTo(one.email, 'token')
  const [otp] = sentTo(other.phone, 'code')
  const unproved = 'set email_proved_at = null, phone_proved_at = null where id = any ($1)'
  await stack.admin.query(`update "user" ${unproved}`, [[one.id, other.id]])
  expect((await reset({ token })).body.error?.reason).toBe('reset_token_invalid')
  expect((await reset({ phone: other.phone, otp })).body.error?.reason).toBe('otp_wrong')
})

/** Somebody who comes by a phone of the Emirates alone, typed as it is dialled there. */
async function cameBy(phoneNumber: string) {
  const phone = phoneNumber.replace('+971', '0')
  await stack.redis.flushdb()
  const asked = await stack.call<{ otp_for_testing: string }>('POST /auth/register', {
    body: { phone, country_code: '+971' },
  })
  if (!asked.data) throw new Error(asked.text)
  return stack.call<{ access_token: string; customer: { id: string } }>(
    'POST /auth/verify-registration-otp',
    { body: { phone, otp: asked.data.otp_for_testing } },
  )
}

const isSignedIn = async (token: string) =>
  (await stack.call('GET /auth/me', { token })).status === 200

test('a proved e-mail address stays as long as the phone is unproved', async () => {
  const { form, accessToken: token } = await opened()
  const refused = await stack.call('PUT /auth/profile', { token, body: { email: null } })
  expect([refused.status, Object.keys(refused.body.errors ?? {})]).toEqual([422, ['email']])
  expect((await cameBy(form.phoneNumber)).status).toBe(201)
  const shown = await stack.call<{ email: string; phone: null }>('GET /auth/me', { token })
  expect(shown.data).toMatchObject({ email: form.email, phone: null })
})

test('whoever proves a phone has it, also when its account had nothing else', async () => {
  const { form, user, accessToken } = await opened()
  await stack.admin.query(
    'update "user" set email = null, email_index = null, email_proved_at = null where id = $1',
    [user.id],
  )
  const gita = await cameBy(form.phoneNumber)
  expect(gita.status).toBe(201)
  expect(await isSignedIn(gita.data.access_token)).toBe(true)
  expect(await isSignedIn(accessToken)).toBe(false)
  const token = kiran.accessToken
  const email = `again.${form.email}`
  const given = await stack.call(`PUT /admin/users/${user.id}`, { token, body: { email } })
  expect(given.status).toBe(200)
  expect((await signIn(stack.call, email, form.password)).user.id).toBe(user.id)
})

interface Awaiting {
  version: number
  awaits?: { field: string; otp_for_testing: string }
}

const change = (token: string, body: object) =>
  stack.call<Awaiting>('PUT /auth/profile', { token, body })

test('the second contact of a garage is proved when its owner asks for a code', async () => {
  const { form, user, accessToken: token } = await opened()
  await stack.redis.flushdb()
  const asked = await change(token, { phone: form.phoneNumber })
  expect(asked.data.awaits?.field).toBe('phone')
  const proved = await stack.call<Awaiting>('POST /auth/profile/verify', {
    token,
    body: { otp: asked.data.awaits?.otp_for_testing },
  })
  expect(proved.data).toMatchObject({
    phone: form.phoneNumber,
    phone_validate: true,
    version: asked.data.version + 1,
  })
  const garage = await stack.call(`GET /admin/users/${user.id}/garage`, {
    token: kiran.accessToken,
  })
  expect(garage.data).toMatchObject({ isEmailVerified: true, isPhoneVerified: true })
  expect((await change(token, { phone: form.phoneNumber })).data.awaits).toBeUndefined()
})

/** Gita, who opens an account by the code of a phone, and only types her e-mail address. */
async function signedUp(phone: string) {
  const email = `gita.${phone.slice(1)}@example.com`
  const form = { name: 'Gita Rao', email, phone, password: 'Workshop#1' }
  const sent = await stack.call<{ otp_for_testing: string }>('POST /customers/send-otp', {
    body: form,
  })
  const body = { phone, otp: sent.data.otp_for_testing }
  await stack.call('POST /customers/verify-otp', { body })
  return { ...form, token: (await signIn(stack.call, email, form.password)).accessToken }
}

test('the e-mail address of a sign-up by phone is proved, and resets the password then', async () => {
  const { email, token } = await signedUp('+919808800001')
  await askedFor({ email })
  expect(sentTo(email, 'token')).toEqual([])
  const asked = await change(token, { email })
  const body = { otp: asked.data.awaits?.otp_for_testing }
  expect((await stack.call('POST /auth/profile/verify', { token, body })).status).toBe(200)
  await askedFor({ email })
  expect((await reset({ token: sentTo(email, 'token')[0] })).status).toBe(200)
})

test('a form that sends back an unproved contact among what it was shown gets no code', async () => {
  const { form, accessToken: token } = await opened()
  const { email, phoneNumber: phone, fullName: name } = form
  for (const body of [
    { email, phone },
    { phone, name },
  ]) {
    expect((await change(token, body)).data.awaits).toBeUndefined()
  }
})

test('an unproved phone is its prover’s, whichever of two accounts that is', async () => {
  const { form, accessToken: token } = await opened()
  await stack.redis.flushdb()
  const asked = await change(token, { phone: form.phoneNumber })
  expect((await cameBy(form.phoneNumber)).status).toBe(201)
  const late = await stack.call('POST /auth/profile/verify', {
    token,
    body: { otp: asked.data.awaits?.otp_for_testing },
  })
  expect([late.status, late.body.error?.reason]).toEqual([409, 'account_exists'])
})

test('an e-mail address that somebody only typed keeps nobody from working here', async () => {
  const priya = await signIn(stack.call, 'manager@forecourt.test')
  const [serviceCenterId] = priya.user.serviceCenterIds
  const [gita, usha] = [await signedUp('+919808800002'), await signedUp('+919808800003')]
  for (const [by, { email, token }] of [[kiran, gita] as const, [priya, usha] as const]) {
    const hired = await newPerson(by, { email, serviceCenterId })
    expect((await signIn(stack.call, email, hired.password)).user.id).toBe(hired.id)
    expect((await stack.call('GET /auth/me', { token })).data).toMatchObject({ email: null })
  }
  const twice = await open(priya, { email: gita.email, serviceCenterId })
  expect([twice.status, twice.body.error?.reason]).toEqual([409, 'account_exists'])
})

test('of two managers who open an account by one typed address at once, one does', async () => {
  const { email } = await signedUp('+919808800004')
  const priya = await signIn(stack.call, 'manager@forecourt.test')
  const [serviceCenterId] = priya.user.serviceCenterIds
  const answers = await Promise.all(
    [kiran, priya].map((by) => open(by, { email, serviceCenterId })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]))
})
