import { KeyRing, readConfig } from '@forecourt/platform/config'
import { statements } from '@forecourt/platform/database'
import { personalData, unseal } from '@forecourt/platform/personal'
import { systemScope } from '@forecourt/platform/scope'
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

/** John as the requirement has him. */
const john = {
  name: 'John Doe',
  email: 'john@example.com',
  phone: '+1234567890',
  password: 'password123',
}

/** A phone that neither a test nor the seed has used yet. */
function newPhone(): string {
  phones += 1
  return `+9198000${String(phones).padStart(5, '0')}`
}
let phones = 0

let people = 0
/** Somebody like John whom no test knows yet. */
function somebody() {
  people += 1
  return { ...john, email: `john.${people}@example.com`, phone: newPhone() }
}

const envelope = {
  success: true,
  meta: { timestamp: expect.any(String), requestId: expect.any(String) },
}

function send(body: object) {
  return stack.call('POST /customers/send-otp', { body })
}

function verify(phone: string, otp: string) {
  return stack.call<{ customerId: string }>('POST /customers/verify-otp', { body: { phone, otp } })
}

function resend(phone: string) {
  return stack.call('POST /customers/resend-otp', { body: { phone } })
}

/** The code as the notification service gets it: the newest one that was kept for the phone. */
async function codeFor(phone: string): Promise<string> {
  const { rows } = await stack.admin.query<{ id: string }>(
    `select id from otp where destination_indexes[1] = $1
      order by created_at desc, id desc limit 1`,
    [personal.blindIndex('phone', phone)],
  )
  const id = rows[0]?.id ?? ''
  const { data } = await stack.topics.next('identity.otp.requested.v1', ({ key }) => key === id)
  expect(data).toMatchObject({ purpose: 'sign-up', channels: ['sms'], serviceCenterId: null })
  const destination = String(data?.['destination'])
  expect(unseal(keys('TRANSPORT_KEYS'), destination, `otp|destination|${id}`)).toBe(phone)
  return unseal(keys('TRANSPORT_KEYS'), String(data?.['code']), `otp|code|${id}`)
}

function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}

async function waitOutCooldown(phone: string): Promise<void> {
  await stack.redis.del(`limit:otp:cooldown:${personal.blindIndex('phone', phone)}`)
}

test('the examples of the requirement, word for word', async () => {
  const sent = await send(john)
  expect(sent.status).toBe(200)
  expect(sent.body).toEqual({
    ...envelope,
    status: 200,
    message: 'OTP sent successfully to your phone number',
    phone: '+1234567890',
    data: { phone: '+1234567890' },
  })
  expect(sent.headers.get('cache-control')).toBe('no-store')

  await waitOutCooldown(john.phone)
  const resent = await resend(john.phone)
  expect(resent.status).toBe(200)
  expect(resent.body).toEqual({
    ...envelope,
    status: 200,
    message: 'OTP resent successfully',
    phone: '+1234567890',
    data: { phone: '+1234567890' },
  })

  const verified = await verify(john.phone, await codeFor(john.phone))
  expect(verified.status).toBe(201)
  const { customerId } = verified.data
  expect(verified.body).toEqual({
    ...envelope,
    status: 201,
    message: 'Customer registered successfully',
    customerId,
    data: { customerId },
  })
  expect(customerId).toMatch(/^[0-9a-f-]{36}$/)
})

test('the customer signs in by phone or by e-mail afterwards, and is told to the house', async () => {
  const person = somebody()
  expect((await send(person)).status).toBe(200)
  const { customerId } = (await verify(person.phone, await codeFor(person.phone))).data
  for (const typed of [{ phone: person.phone }, { email: person.email }]) {
    const { status, data } = await stack.call('POST /auth/login', {
      body: { ...typed, password: person.password },
    })
    expect(status).toBe(200)
    expect(data['user']).toMatchObject({
      id: customerId,
      role: 'mobile_user',
      status: 'active',
      fullName: 'John Doe',
      email: person.email,
      phone: person.phone,
      serviceCenterIds: [],
    })
    const me = await stack.call('GET /auth/me', { token: String(data['accessToken']) })
    expect(me.data).toMatchObject({ id: customerId })
  }
  const created = await stack.topics.next(
    'identity.user.created.v1',
    ({ key }) => key === customerId,
  )
  expect(created.data).toMatchObject({ role: 'mobile_user', status: 'active' })
  const sealed = String(created.data?.['phone'])
  expect(personal.open(sealed, { table: 'user', column: 'phone', id: customerId })).toBe(
    person.phone,
  )
})

test('what waits for its code lies sealed, and is gone once it is proved', async () => {
  const person = somebody()
  await send(person)
  const rowsOf = async () =>
    (await stack.admin.query('select * from sign_up where phone_index = $1', [
      personal.blindIndex('phone', person.phone),
    ])) as { rows: { id: string; form: string }[] }
  const { rows } = await rowsOf()
  const text = JSON.stringify(rows)
  for (const plain of [person.phone.slice(3), person.email, 'John', person.password, '$2']) {
    expect(text).not.toContain(plain)
  }
  const [{ id, form } = { id: '', form: '' }] = rows
  const opened = personal.open(form, { table: 'sign_up', column: 'form', id })
  expect(opened).not.toContain(person.password)
  await verify(person.phone, await codeFor(person.phone))
  expect((await rowsOf()).rows).toEqual([])
})

test('nobody registers twice: by phone or by e-mail, before any code is made', async () => {
  const person = somebody()
  await send(person)
  await verify(person.phone, await codeFor(person.phone))
  const codes = async () =>
    (await stack.admin.query('select count(*)::int as n from otp')).rows as { n: number }[]
  const before = await codes()
  const again = [
    person,
    { ...somebody(), email: person.email.toUpperCase() },
    { ...somebody(), phone: ` ${person.phone.slice(0, 6)} ${person.phone.slice(6)}` },
    { ...somebody(), email: 'advisor@forecourt.test' },
  ]
  for (const body of again) {
    const { status, body: answer } = await send(body)
    expect([status, answer.error?.code, answer.error?.reason]).toEqual([
      409,
      'DUPLICATE_001',
      'account_exists',
    ])
  }
  expect(await codes()).toEqual(before)
})

test('a code that lives proves one body: another one is told to wait', async () => {
  const person = somebody()
  await send(person)
  const code = await codeFor(person.phone)
  await waitOutCooldown(person.phone)
  const changes = [{ name: 'Jane Doe' }, { email: 'jane@example.com' }, { password: 'another1234' }]
  for (const change of changes) {
    const { status, body, headers } = await send({ ...person, ...change })
    expect([status, body.error?.reason]).toEqual([409, 'registration_pending'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    await stack.redis.flushdb()
  }
  // Refused, they took nothing: the same form gets a new code, which is the only one that counts.
  expect((await send(person)).status).toBe(200)
  const newer = await codeFor(person.phone)
  const old = newer === code ? 400 : (await verify(person.phone, code)).status
  expect(old).toBe(400)
  expect((await verify(person.phone, newer)).status).toBe(201)
})

test('once the code has died another body takes its place', async () => {
  const person = somebody()
  await send(person)
  await stack.admin.query(`update otp set expires_at = now() where destination_indexes[1] = $1`, [
    personal.blindIndex('phone', person.phone),
  ])
  await waitOutCooldown(person.phone)
  const jane = { ...person, name: 'Jane Doe', password: 'another1234' }
  expect((await send(jane)).status).toBe(200)
  const { data } = await verify(person.phone, await codeFor(person.phone))
  const signedIn = await stack.call('POST /auth/login', {
    body: { phone: person.phone, password: jane.password },
  })
  expect(signedIn.data['user']).toMatchObject({ id: data.customerId, fullName: 'Jane Doe' })
})

test('a wrong code tells nobody whether somebody waits for one, and leaves a line', async () => {
  const person = somebody()
  await send(person)
  const wrong = await verify(person.phone, otherThan(await codeFor(person.phone)))
  expect((await verify(somebody().phone, '123456')).body.error).toEqual(wrong.body.error)
  const line = await stack.topics.next(
    'identity.audit.recorded.v1',
    ({ data }) => data?.['requestId'] === wrong.body.meta.requestId,
  )
  expect(line.data).toMatchObject({
    ...{ outcome: 'refused', reason: 'otp_wrong', action: 'POST /customers/verify-otp' },
  })
})

test('a wrong code, a dead one and too many are told apart, as the requirement lists them', async () => {
  const person = somebody()
  await send(person)
  const code = await codeFor(person.phone)
  const wrong = await verify(person.phone, otherThan(code))
  expect([wrong.status, wrong.body.message]).toEqual([400, 'Invalid OTP'])
  await verify(person.phone, otherThan(code))
  await verify(person.phone, otherThan(code))
  const spent = await verify(person.phone, code)
  expect([spent.status, spent.body.error?.reason]).toEqual([429, 'otp_exhausted'])

  const late = somebody()
  await send(late)
  const { rows } = await stack.admin.query(
    `update otp set expires_at = created_at where destination_indexes[1] = $1
     returning extract(epoch from expires_at - created_at) as left`,
    [personal.blindIndex('phone', late.phone)],
  )
  expect(rows).toHaveLength(1)
  const expired = await verify(late.phone, await codeFor(late.phone))
  expect([expired.status, expired.body.error?.reason]).toEqual([400, 'otp_expired'])
})

test('a code lives for five minutes and has three tries', async () => {
  const person = somebody()
  await send(person)
  const { rows } = await stack.admin.query(
    `select extract(epoch from expires_at - created_at)::int as life, max_attempts from otp
      where destination_indexes[1] = $1`,
    [personal.blindIndex('phone', person.phone)],
  )
  expect(rows).toEqual([{ life: 300, max_attempts: 3 }])
})

test.each([
  [{ name: ' ' }, 'name', 'Name is required'],
  [{ email: 'nobody' }, 'email', 'E-mail address must look like name@example.com'],
  [{ phone: '12345' }, 'phone', 'Phone number must have 8 to 15 digits, country code included'],
  [{ phone: '+4915112345678' }, 'phone', 'Phone numbers of this country are not served.'],
  [{ password: 'short1' }, 'password', 'Must have at least 8 characters'],
  [{ password: '12345678' }, 'password', 'Must hold a letter'],
  [{ password: 'password' }, 'password', 'Must hold a digit'],
  [{ password: `${'é'.repeat(36)}1` }, 'password', 'Must not be longer than 72 bytes'],
])('%j is refused at its field', async (change, field, message) => {
  const { status, body } = await send({ ...somebody(), ...change })
  expect(status).toBe(422)
  expect(body.errors?.[field]).toContain(message)
})

test('what a body says beyond the four fields has no effect', async () => {
  const person = somebody()
  const extra = { role: 'admin', status: 'suspended', id: crypto.randomUUID(), isActive: false }
  await send({ ...person, ...extra, serviceCenterIds: [crypto.randomUUID()] })
  const { data } = await verify(person.phone, await codeFor(person.phone))
  expect(data.customerId).not.toBe(extra.id)
  const { rows } = await stack.admin.query('select role, status from "user" where id = $1', [
    data.customerId,
  ])
  expect(rows).toEqual([{ role: 'mobile_user', status: 'active' }])
})

test('a sign-up that nobody proved is forgotten an hour after its last code', async () => {
  const [old, young] = [somebody(), somebody()]
  await send(old)
  await send(young)
  const age = `update sign_up set code_sent_at = now() - interval '61 minutes'
                where phone_index = $1`
  await stack.admin.query(age, [personal.blindIndex('phone', old.phone)])
  const job = identity.jobs?.find(({ name }) => name === 'forget-sign-ups')
  const db = statements<never>(stack.house.pool, systemScope(), 'read write')
  await job?.run({ db, pool: stack.house.pool, log: stack.house.log } as never)
  const { rows } = await stack.admin.query('select phone_index from sign_up')
  const kept = rows.map((row) => (row as { phone_index: string }).phone_index)
  expect(kept).toContain(personal.blindIndex('phone', young.phone))
  expect(kept).not.toContain(personal.blindIndex('phone', old.phone))
  const gone = await resend(old.phone)
  expect([gone.status, gone.body.error?.reason]).toEqual([400, 'otp_expired'])
})
