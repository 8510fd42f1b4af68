import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData, unseal } from '@forecourt/platform/personal'
import { claimsIn, signIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  // Without APP_DEBUG: answers are those of production, and codes come by the bus alone.
  stack = await openStack(identity, { ...(await ownKeys()), BCRYPT_ROUNDS: '4' })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const personal = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))
const indexOf = (phone: string) => personal.blindIndex('phone', phone)

interface Customer {
  id: string
  username: string
  canonical: string
  name: string
}

interface Entered {
  customer: Customer
  access_token: string
  refresh_token: string
}

/** Ten digits that neither a test nor the seed has used yet. */
function newDigits(): string {
  phones += 1
  return `97${String(phones).padStart(8, '0')}`
}
let phones = 0

function ask(phone: unknown, country_code: unknown = '+91') {
  return stack.call('POST /auth/register', { body: { phone, country_code } })
}

function verify(phone: unknown, otp: unknown) {
  return stack.call<Entered>('POST /auth/verify-registration-otp', { body: { phone, otp } })
}

/** The newest code of a phone, as the notification service gets it. */
async function codeFor(phone: string): Promise<string> {
  const { rows } = await stack.admin.query<{ id: string }>(
    `select id from otp where destination_indexes[1] = $1
      order by created_at desc, id desc limit 1`,
    [indexOf(phone)],
  )
  const id = rows[0]?.id ?? ''
  const { data } = await stack.topics.next('identity.otp.requested.v1', ({ key }) => key === id)
  expect(data).toMatchObject({ purpose: 'phone-sign-up', channels: ['sms'], serviceCenterId: null })
  const destination = String(data?.['destination'])
  expect(unseal(keys('TRANSPORT_KEYS'), destination, `otp|destination|${id}`)).toBe(phone)
  return unseal(keys('TRANSPORT_KEYS'), String(data?.['code']), `otp|code|${id}`)
}

async function registered(digits: string, country = '+91'): Promise<Entered> {
  const asked = await ask(digits, country)
  if (asked.status !== 200) throw new Error(asked.text)
  const { status, data, text } = await verify(digits, await codeFor(`${country}${digits}`))
  if (status !== 201) throw new Error(text)
  return data
}

function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}

const envelope = { meta: { timestamp: expect.any(String), requestId: expect.any(String) } }

/** What the requirement shows of a refusal; the rest of the envelope is ours. */
function refusalIn({ status, body }: Pick<Awaited<ReturnType<typeof ask>>, 'status' | 'body'>) {
  return [status, body.success, body.message]
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/

test('the examples of the requirement, word for word', async () => {
  const asked = await ask('1234567890')
  expect(asked.status).toBe(200)
  expect(asked.body).toEqual({
    ...envelope,
    success: true,
    status: 200,
    message: 'OTP sent successfully to your phone',
    data: {
      phone: '1234567890',
      expires_in_minutes: 10,
      message: 'Please verify OTP to complete registration',
    },
  })
  expect(asked.headers.get('cache-control')).toBe('no-store')

  const verified = await verify('1234567890', await codeFor('+911234567890'))
  expect(verified.status).toBe(201)
  expect(verified.body).toEqual({
    ...envelope,
    success: true,
    status: 201,
    message: 'Registration successful! Welcome to BMV.',
    data: {
      customer: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        username: 'user_34567890',
        name: 'user_34567890',
        canonical: expect.stringMatching(/^ph_1234567890_[a-z0-9]{6}$/),
        phone: '1234567890',
        country_code: '+91',
        phone_validate: true,
        status: 'active',
        profile_image: null,
        email: null,
        gender: null,
        dob: null,
        created_at: expect.stringMatching(MOMENT),
        updated_at: expect.stringMatching(MOMENT),
      },
      access_token: expect.stringMatching(/^eyJ/),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 3600,
    },
  })
  expect(verified.headers.get('cache-control')).toBe('no-store')

  const again = await ask('1234567890')
  const late = await verify('1234567890', '123456')
  const told = [422, false, 'This phone number is already registered. Please login instead.']
  expect([refusalIn(again), refusalIn(late)]).toEqual([told, told])
})

test('the form that is not filled in names its fields', async () => {
  const empty = await stack.call('POST /auth/register', { body: {} })
  expect(refusalIn(empty)).toEqual([422, false, 'Validation Error'])
  expect(empty.body.errors).toEqual({
    phone: ['Phone number is required'],
    country_code: ['Country code is required'],
  })
  const codeless = await stack.call('POST /auth/verify-registration-otp', { body: { otp: '12' } })
  expect(refusalIn(codeless)).toEqual([422, false, 'Validation Error'])
  expect(codeless.body.errors).toEqual({
    phone: ['Phone number is required'],
    otp: ['OTP must be 6 digits'],
  })
})

test.each([
  ['123456789', '+91', 'phone', 'Phone number must have 10 to 20 digits'],
  ['123456789012345678901', '+1', 'phone', 'Phone number must have 10 to 20 digits'],
  ['12345abcde', '+91', 'phone', 'Phone number must have 10 to 20 digits'],
  ['', '+91', 'phone', 'Phone number is required'],
  [1234567890, '+91', 'phone', 'Phone number must be text'],
  [
    '123456789012345678',
    '+91',
    'phone',
    'Phone number must have at most 20 characters, country code included',
  ],
  ['9876543210', '91', 'country_code', 'Country code must look like +91'],
  ['9876543210', '', 'country_code', 'Country code is required'],
  ['9876543210', null, 'country_code', 'Country code is required'],
])('%j with %j is refused at its field', async (phone, country, field, message) => {
  const { status, body } = await ask(phone, country)
  expect([status, body.message]).toEqual([422, 'Validation Error'])
  expect(body.errors).toEqual({ [field]: [message] })
})

test('codes go to countries that are served alone', async () => {
  const { status, body } = await ask('1511234567', '+49')
  expect([status, body.error?.reason]).toEqual([422, 'country_not_served'])
  expect(Object.keys(body.errors ?? {})).toEqual(['country_code'])
  expect((await ask('0501234567', '+971')).status).toBe(200)
})

test('a code is wrong, old, used up or was never sent: each in its own words', async () => {
  const nobody = await verify(newDigits(), '123456')
  expect(refusalIn(nobody)).toEqual([404, false, 'Phone number not found. Please register first.'])
  expect(nobody.body.error?.code).toBe('NOT_FOUND_001')

  const digits = newDigits()
  await ask(digits)
  const code = await codeFor(`+91${digits}`)
  const wrong = await verify(digits, otherThan(code))
  expect(refusalIn(wrong)).toEqual([400, false, 'Invalid OTP. Please try again.'])
  await stack.admin.query('update otp set expires_at = now() where destination_indexes[1] = $1', [
    indexOf(`+91${digits}`),
  ])
  const expired = [400, false, 'OTP has expired. Please request a new OTP.']
  expect(refusalIn(await verify(digits, code))).toEqual(expired)
  await stack.admin.query('delete from otp where destination_indexes[1] = $1', [
    indexOf(`+91${digits}`),
  ])
  const none = [400, false, 'No OTP found. Please request a new OTP.']
  expect(refusalIn(await verify(digits, code))).toEqual(none)

  await stack.redis.flushdb()
  const spent = newDigits()
  await ask(spent)
  const right = await codeFor(`+91${spent}`)
  for (let guess = 0; guess < 3; guess += 1) await verify(spent, otherThan(right))
  const exhausted = await verify(spent, right)
  expect([exhausted.status, exhausted.body.error?.reason]).toEqual([429, 'otp_exhausted'])
})

test('a code lives for ten minutes, has three tries and is sent once a minute', async () => {
  const digits = newDigits()
  await ask(digits)
  const again = await ask(digits)
  expect([again.status, again.body.error?.reason]).toEqual([429, 'otp_cooldown'])
  expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(50)
  const { rows } = await stack.admin.query(
    `select extract(epoch from expires_at - created_at)::int as life, max_attempts from otp
      where destination_indexes[1] = $1`,
    [indexOf(`+91${digits}`)],
  )
  expect(rows).toEqual([{ life: 600, max_attempts: 3 }])
})

test('the digits are known again however they are spaced, and shown as they were typed', async () => {
  const digits = newDigits()
  const spaced = `${digits.slice(0, 5)} ${digits.slice(5)}`
  const asked = await ask(` ${spaced} `)
  expect(asked.data['phone']).toBe(spaced)
  const { data } = await verify(digits, await codeFor(`+91${digits}`))
  expect(data.customer).toMatchObject({ phone: digits, country_code: '+91' })
})

test('a phone too long for E.164 is one all the same', async () => {
  const digits = `${newDigits()}1234567`
  const { customer } = await registered(digits)
  expect(customer.username).toBe(`user_${digits.slice(-8)}`)
  expect(refusalIn(await verify(digits, '123456'))[0]).toBe(422)
})

test('of two countries with the same digits the newest counts, and opens no other account', async () => {
  const digits = newDigits()
  await ask(digits, '+91')
  const indian = await codeFor(`+91${digits}`)
  await ask(digits, '+1')
  const american = await codeFor(`+1${digits}`)
  // One time in a million they are the same.
  const old = await verify(digits, indian === american ? otherThan(indian) : indian)
  expect(refusalIn(old)).toEqual([400, false, 'Invalid OTP. Please try again.'])
  const { data } = await verify(digits, american)
  expect(data.customer).toMatchObject({ country_code: '+1', phone: digits })
  // Registered is a whole phone, not its digits.
  await stack.redis.flushdb()
  expect((await ask(digits, '+91')).status).toBe(200)
})

test('the token is one of a customer, lives an hour, and its session is refreshed', async () => {
  const entered = await registered(newDigits())
  const claims = claimsIn({ accessToken: entered.access_token })
  expect(claims).toMatchObject({ sub: entered.customer.id, roles: ['mobile_user'], centers: [] })
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(3600)
  const me = await stack.call('GET /auth/me', { token: entered.access_token })
  expect(me.data).toMatchObject({ id: entered.customer.id, role: 'mobile_user', email: null })
  const refreshed = await stack.call('POST /auth/refresh-token', {
    body: { refreshToken: entered.refresh_token },
  })
  expect(refreshed.data).toMatchObject({ tokenType: 'Bearer', expiresIn: 3600 })
  const ofStaff = claimsIn(await signIn(stack.call, 'advisor@forecourt.test'))
  expect(Number(ofStaff['exp']) - Number(ofStaff['iat'])).toBe(604_800)
  const { rows } = await stack.admin.query(
    `select extract(epoch from expires_at - created_at)::int as life from session
      where user_id = $1`,
    [entered.customer.id],
  )
  expect(rows).toEqual([{ life: 2_592_000 }])
})

test('the account is told to the house, and lies there without a readable word', async () => {
  const digits = newDigits()
  const { customer } = await registered(digits)
  const created = await stack.topics.next(
    'identity.user.created.v1',
    ({ key }) => key === customer.id,
  )
  expect(created.data).toMatchObject({ role: 'mobile_user', status: 'active', email: null })
  const opened = (column: string, sealed: unknown) =>
    personal.open(String(sealed), { table: 'user', column, id: customer.id })
  expect(opened('phone', created.data?.['phone'])).toBe(`+91${digits}`)
  expect(opened('full_name', created.data?.['fullName'])).toBe(customer.username)
  const told = JSON.stringify((await stack.told()).map(({ data }) => data))
  const { rows } = await stack.admin.query(
    `select to_jsonb(profile) as profile, to_jsonb("user") as account from profile
       join "user" using (id) where id = $1`,
    [customer.id],
  )
  for (const plain of [digits, digits.slice(-8), customer.canonical]) {
    expect(told).not.toContain(plain)
    expect(JSON.stringify(rows)).not.toContain(plain)
  }
})

test('staff is registered under the same address, by those who may', async () => {
  const form = {
    email: 'sunil@forecourt.test',
    phone: newDigits(),
    password: 'Workshop#1',
    role: 'technician',
    firstName: 'Sunil',
    lastName: 'Gaikwad',
  }
  const anonymous = await stack.call('POST /auth/register', { body: form })
  expect([anonymous.status, anonymous.body.error?.code]).toEqual([401, 'AUTH_002'])
  const advisor = await signIn(stack.call, 'advisor@forecourt.test')
  const refused = await stack.call('POST /auth/register', {
    token: advisor.accessToken,
    body: form,
  })
  expect(refused.status).toBe(403)
  const manager = await signIn(stack.call, 'manager@forecourt.test')
  const { status, data, body } = await stack.call('POST /auth/register', {
    token: manager.accessToken,
    body: { ...form, serviceCenterId: manager.user.serviceCenterIds[0] },
  })
  expect([status, body.message]).toEqual([201, 'User registered successfully'])
  expect(data).toMatchObject({ role: 'technician', email: form.email })
  // And a colleague's phone is registered for customers, too.
  expect(refusalIn(await ask(form.phone))[0]).toBe(422)
})

test('twenty who would have one user name at once have twenty', async () => {
  const places = Array.from({ length: 20 }, (_, at) => ({
    country: ['+91', '+971', '+1'][at % 3] ?? '+91',
    digits: `${at + 20}24680135`.padStart(10, '0'),
  }))
  const codes = await Promise.all(
    places.map(async ({ digits, country }, at) => {
      const headers = { 'x-forwarded-for': `198.51.100.${at}` }
      const body = { phone: digits, country_code: country }
      const { status, text } = await stack.call('POST /auth/register', { body, headers })
      expect([status, text]).toEqual([200, expect.any(String)])
      return codeFor(`${country}${digits}`)
    }),
  )
  const entered = await Promise.all(
    places.map(({ digits }, at) =>
      stack.call<Entered>('POST /auth/verify-registration-otp', {
        body: { phone: digits, otp: codes[at] },
        headers: { 'x-forwarded-for': `198.51.101.${at}` },
      }),
    ),
  )
  expect(entered.map(({ status }) => status)).toEqual(places.map(() => 201))
  const names = entered.map(({ data }) => data.customer.username)
  const base = 'user_24680135'
  const expected = [base, ...Array.from({ length: 19 }, (_, at) => `${base}_${at + 1}`)]
  expect(names.toSorted()).toEqual(expected.toSorted())
  expect(entered.map(({ data }) => data.customer.name)).toEqual(names)
})
