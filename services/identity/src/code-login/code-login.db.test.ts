import { randomUUIDv7 } from 'node:crypto'
import { CustomerChanged, CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { customerFact } from '@forecourt/testing/facts'
import { claimsIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { publish, publishTombstone } from '@forecourt/testing/publish'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  const settings = { BCRYPT_ROUNDS: '4', APP_DEBUG: 'true' }
  stack = await openStack(identity, { ...(await ownKeys()), ...settings })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const personal = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))

interface Entered {
  customer: { id: string; username: string; canonical: string; name: string; phone: string }
  access_token: string
  refresh_token: string
  token_type: string
  expires_in: number
}

interface Sent {
  phone: string
  otp_for_testing: string
}

function newDigits(): string {
  phones += 1
  return `96${String(phones).padStart(8, '0')}`
}
let phones = 0

/** From an address of its own each time, so that the limit per address stops nobody here. */
function elsewhere() {
  addresses += 1
  return { 'x-forwarded-for': `198.51.${addresses >> 8}.${addresses & 255}` }
}
let addresses = 0

function ask(phone: string, country_code?: string) {
  const body = { phone, ...(country_code && { country_code }) }
  return stack.call<Sent>('POST /auth/login/otp', { body, headers: elsewhere() })
}

function verify(phone: string, otp: string) {
  const body = { phone, otp }
  return stack.call<Entered>('POST /auth/login/otp/verify', { body, headers: elsewhere() })
}

async function signedIn(digits: string): Promise<Entered> {
  await stack.redis.flushdb()
  const { otp_for_testing: otp } = (await ask(digits, '+91')).data
  const { status, data, text } = await verify(digits, otp)
  if (status !== 200) throw new Error(text)
  return data
}

/** Somebody who came by a phone alone. */
async function member(digits = newDigits()): Promise<Entered> {
  const asked = await stack.call<Sent>('POST /auth/register', {
    body: { phone: digits, country_code: '+91' },
    headers: elsewhere(),
  })
  const { data, text } = await stack.call<Entered>('POST /auth/verify-registration-otp', {
    body: { phone: digits, otp: asked.data.otp_for_testing },
    headers: elsewhere(),
  })
  if (!data) throw new Error(text)
  await stack.redis.flushdb()
  return data
}

/** Rahul, who filled the form of `000` in and has no account unless one is named. */
function customerState(phone: string, accountId: string | null = null, customerId?: string) {
  return { ...customerFact({ phone, ...(customerId && { customerId }) }), accountId }
}

/** Waits until the customer has arrived here in this version. */
function known(id: string, version = 1) {
  return eventually('the customer', async () => {
    const { rows } = await stack.admin.query(
      'select phone_index from customer where id = $1 and version >= $2',
      [id, version],
    )
    return rows[0] as { phone_index: string | null } | undefined
  })
}

async function count(text: string, values: unknown[] = []): Promise<number> {
  const { rows } = await stack.admin.query(`select count(*)::int as total from ${text}`, values)
  return (rows[0] as { total: number }).total
}

const accountsOf = (phone: string) =>
  count('"user" where phone_index = $1', [personal.blindIndex('phone', phone)])

const otherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

test('whoever came by phone alone signs in by a code, and is the same as before', async () => {
  const digits = newDigits()
  const { customer } = await member(digits)
  const asked = await ask(digits, '+91')
  expect(asked.status).toBe(200)
  expect(asked.body).toMatchObject({
    success: true,
    message: 'OTP sent successfully to your phone',
    data: {
      phone: digits,
      expires_in_minutes: 10,
      otp_for_testing: expect.stringMatching(/^\d{6}$/),
      message: 'Please verify OTP to complete login',
    },
  })
  const verified = await verify(digits, asked.data.otp_for_testing)
  expect([verified.status, verified.body.message]).toEqual([200, 'Login successful'])
  expect(verified.data).toEqual({
    customer: expect.objectContaining({ ...customer, updated_at: expect.any(String) }),
    access_token: expect.stringMatching(/^eyJ/),
    refresh_token: expect.any(String),
    token_type: 'bearer',
    expires_in: 3600,
  })
  const me = await stack.call('GET /auth/me', { token: verified.data.access_token })
  expect(me.data).toMatchObject({ id: customer.id, lastLogin: expect.any(String) })
})

test('without a country code the phone is read as Indian, or as it begins', async () => {
  const digits = newDigits()
  const { customer } = await member(digits)
  for (const typed of [digits, `+91 ${digits}`, `0${digits}`]) {
    await stack.redis.flushdb()
    const { data } = await ask(typed)
    expect(data.phone).toBe(typed)
    const entered = await verify(typed, data.otp_for_testing)
    expect(entered.data.customer).toMatchObject({ id: customer.id, country_code: '+91' })
  }
})

test('a customer of the form has an account from the first sign-in on', async () => {
  const digits = newDigits()
  const state = customerState(`+91${digits}`)
  await publish(stack, CustomerRegistered, state)
  await known(state.customerId)
  const { customer, access_token } = await signedIn(digits)
  expect(customer).toMatchObject({
    username: `user_${digits.slice(-8)}`,
    name: `user_${digits.slice(-8)}`,
    canonical: expect.stringMatching(new RegExp(`^ph_${digits}_[a-z0-9]{6}$`)),
    phone: digits,
    phone_validate: true,
    status: 'active',
  })
  expect(claimsIn({ accessToken: access_token })).toMatchObject({
    sub: customer.id,
    roles: ['mobile_user'],
  })
  await stack.topics.next('identity.user.created.v1', ({ key }) => key === customer.id)
  // The same account again, now that customer-vehicle has linked it.
  const linked = { ...customerState(`+91${digits}`, customer.id, state.customerId) }
  await publish(stack, CustomerChanged, linked, { version: 2 })
  expect(await known(state.customerId, 2)).toEqual({ phone_index: null })
  expect((await signedIn(digits)).customer.id).toBe(customer.id)
  expect(await accountsOf(`+91${digits}`)).toBe(1)
})

test('an older word on a customer, and one said twice, change nothing', async () => {
  const digits = newDigits()
  const state = customerState(`+91${digits}`, randomUUIDv7())
  await publish(stack, CustomerChanged, state, { version: 3 })
  expect(await known(state.customerId, 3)).toEqual({ phone_index: null })
  await publish(stack, CustomerRegistered, { ...state, accountId: null }, { version: 1 })
  const later = customerState(`+91${newDigits()}`)
  await publish(stack, CustomerRegistered, later)
  await known(later.customerId)
  expect(await known(state.customerId, 3)).toEqual({ phone_index: null })
})

test('a customer who is no more opens nothing', async () => {
  const digits = newDigits()
  const state = customerState(`+91${digits}`)
  await publish(stack, CustomerRegistered, state)
  await known(state.customerId)
  await publishTombstone(stack, CustomerChanged, state.customerId, 2)
  await eventually('the end of the customer', async () => {
    return (await count('customer where id = $1', [state.customerId])) === 0
  })
  const { otp_for_testing: otp } = (await ask(digits, '+91')).data
  expect((await verify(digits, otp)).status).toBe(400)
  expect(await accountsOf(`+91${digits}`)).toBe(0)
})

test('an account of another way signs in by a code too, and gets its names with it', async () => {
  const digits = newDigits()
  const form = {
    name: 'John Doe',
    email: `john.${digits}@example.com`,
    phone: `+91${digits}`,
    password: 'password123',
  }
  const sent = await stack.call<Sent>('POST /customers/send-otp', { body: form })
  const body = { phone: form.phone, otp: sent.data.otp_for_testing }
  const made = await stack.call<{ customerId: string }>('POST /customers/verify-otp', { body })
  const { customer } = await signedIn(digits)
  expect(customer).toMatchObject({
    id: made.data.customerId,
    name: 'John Doe',
    email: form.email,
    username: `user_${digits.slice(-8)}`,
  })
  expect((await signedIn(digits)).customer).toMatchObject({
    username: customer.username,
    canonical: customer.canonical,
  })
})

test('a stranger, a colleague and a suspended customer are answered like a member', async () => {
  const digits = newDigits()
  const suspended = await member()
  await member(digits)
  const { rows } = await stack.admin.query(
    `update "user" set status = 'suspended' where id = $1 returning phone`,
    [suspended.customer.id],
  )
  expect(rows).toHaveLength(1)
  const staff = '9000000003'
  const phonesOf = [digits, newDigits(), staff, suspended.customer.phone]
  const before = await count('otp')
  const answers = []
  for (const phone of phonesOf) {
    const asked = await ask(phone, '+91')
    const wrong = await verify(phone, otherThan(asked.data.otp_for_testing))
    const told = [asked, wrong].map(({ status, body }) => {
      const { data, meta: _, ...rest } = body as unknown as { data?: object; meta: unknown }
      return { status, rest, data: { ...data, phone: '', otp_for_testing: '' } }
    })
    answers.push(told)
  }
  for (const answer of answers) expect(answer).toEqual(answers[0])
  expect(await count('otp')).toBe(before + phonesOf.length)
  // Only the member got a message.
  const told = await stack.told()
  const brought = async (phone: string) => {
    const { rows: codes } = await stack.admin.query(
      `select id from otp where destination_indexes[1] = $1 and purpose = 'code-login'`,
      [personal.blindIndex('phone', phone)],
    )
    const ids = new Set(codes.map((row) => (row as { id: string }).id))
    return told.some(({ key }) => ids.has(key))
  }
  expect(await brought(`+91${digits}`)).toBe(true)
  for (const phone of phonesOf.slice(1)) expect(await brought(`+91${phone}`)).toBe(false)
})

test('even the right code opens nothing to a stranger, a colleague or a suspended customer', async () => {
  const suspended = await member()
  const id = suspended.customer.id
  await stack.admin.query(`update "user" set status = 'suspended' where id = $1`, [id])
  const ends = []
  for (const phone of [newDigits(), '9000000003', suspended.customer.phone]) {
    const { otp_for_testing: otp } = (await ask(phone, '+91')).data
    const { status, body } = await verify(phone, otp)
    ends.push([status, body.error?.reason])
  }
  expect(ends).toEqual([
    [400, 'phone_code_wrong'],
    [400, 'phone_code_wrong'],
    [403, 'account_not_active'],
  ])
})

test('a phone that an account never proved signs nobody in to it', async () => {
  const digits = newDigits()
  const { customer } = await member(digits)
  await stack.admin.query('update "user" set phone_proved_at = null where id = $1', [customer.id])
  const { otp_for_testing: otp } = (await ask(digits, '+91')).data
  expect((await verify(digits, otp)).body.error?.reason).toBe('phone_code_wrong')
})

test('to ask costs the same work for a stranger and a member', async () => {
  const digits = newDigits()
  await member(digits)
  const stranger = newDigits()
  // Counted in processor time, which a busy machine does not stretch.
  const workOf = async (phone: string) => {
    await stack.redis.flushdb()
    const begun = process.cpuUsage()
    await ask(phone, '+91')
    const { user, system } = process.cpuUsage(begun)
    return user + system
  }
  for (const phone of [digits, stranger]) await workOf(phone)
  const ratios: number[] = []
  for (let round = 0; round < 11; round += 1) {
    ratios.push((await workOf(digits)) / (await workOf(stranger)))
  }
  const median = ratios.toSorted((one, other) => one - other)[5] ?? 0
  expect(median).toBeGreaterThan(0.5)
  expect(median).toBeLessThan(2)
})

test('nobody has asked, nobody is let in', async () => {
  const { status, body } = await verify(newDigits(), '123456')
  expect([status, body.message]).toEqual([400, 'No OTP found. Please request a new OTP.'])
  const empty = await stack.call('POST /auth/login/otp', { body: {} })
  expect([empty.status, empty.body.message]).toEqual([422, 'Validation Error'])
  expect(empty.body.errors).toEqual({ phone: ['Phone number is required'] })
})

test('a code of the registration signs nobody in, and the other way about', async () => {
  const digits = newDigits()
  const { data } = await stack.call<Sent>('POST /auth/register', {
    body: { phone: digits, country_code: '+91' },
  })
  const login = await verify(digits, data.otp_for_testing)
  expect(login.body.message).toBe('No OTP found. Please request a new OTP.')
  await stack.redis.flushdb()
  const asked = await ask(digits, '+91')
  const otp = asked.data.otp_for_testing
  const other = otp === data.otp_for_testing ? otherThan(otp) : otp
  const swapped = await stack.call('POST /auth/verify-registration-otp', {
    body: { phone: digits, otp: other },
  })
  expect([swapped.status, swapped.body.error?.reason]).toEqual([400, 'phone_code_wrong'])
})

test('eight who bring one code at once are one session, and one account where there was none', async () => {
  const digits = newDigits()
  const state = customerState(`+91${digits}`)
  await publish(stack, CustomerRegistered, state)
  await known(state.customerId)
  const { otp_for_testing: otp } = (await ask(digits, '+91')).data
  const answers = await Promise.all(Array.from({ length: 8 }, () => verify(digits, otp)))
  const entered = answers.filter(({ status }) => status === 200)
  expect(entered).toHaveLength(1)
  const late = new Set(answers.map(({ status }) => status))
  expect(late.difference(new Set([200, 400, 429]))).toEqual(new Set())
  expect(await accountsOf(`+91${digits}`)).toBe(1)
  const id = entered[0]?.data.customer.id
  expect(await count('session where user_id = $1', [id])).toBe(1)
})

test('the form, the sign-up and both flows of a phone at once end in one account', async () => {
  const rounds = Array.from({ length: 4 }, async () => {
    const digits = newDigits()
    const phone = `+91${digits}`
    const state = customerState(phone)
    await publish(stack, CustomerRegistered, state)
    await known(state.customerId)
    // One phone has one cooldown, whichever flow asks; here each flow has its code.
    const cooldown = () =>
      stack.redis.del(`limit:otp:cooldown:${personal.blindIndex('phone', phone)}`)
    const byPassword = await stack.call<Sent>('POST /customers/send-otp', {
      body: { name: 'Jo', email: `jo.${digits}@example.com`, phone, password: 'password123' },
      headers: elsewhere(),
    })
    await cooldown()
    const byPhone = await stack.call<Sent>('POST /auth/register', {
      body: { phone: digits, country_code: '+91' },
      headers: elsewhere(),
    })
    await cooldown()
    const byCode = await ask(digits, '+91')
    const answers = await Promise.all([
      stack.call<{ customerId: string }>('POST /customers/verify-otp', {
        body: { phone, otp: byPassword.data.otp_for_testing },
        headers: elsewhere(),
      }),
      stack.call<Entered>('POST /auth/verify-registration-otp', {
        body: { phone: digits, otp: byPhone.data.otp_for_testing },
        headers: elsewhere(),
      }),
      verify(digits, byCode.data.otp_for_testing),
    ])
    expect(answers[2]?.status).toBe(200)
    expect(await accountsOf(phone)).toBe(1)
    const ids = answers.flatMap(({ data }) => {
      const { customerId, customer } = (data ?? {}) as { customerId?: string } & Partial<Entered>
      return customerId ?? customer?.id ?? []
    })
    expect(new Set(ids).size).toBe(1)
    const refusals = answers.filter(({ status }) => status >= 400)
    const reasons = refusals.map(({ body }) => body.error?.reason)
    const politely = ['account_exists', 'phone_registered', 'otp_wrong']
    expect(new Set(reasons).difference(new Set(politely))).toEqual(new Set())
  })
  await Promise.all(rounds)
})
