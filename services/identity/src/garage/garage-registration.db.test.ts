import { KeyRing, readConfig } from '@forecourt/platform/config'
import { statements } from '@forecourt/platform/database'
import { personalData, unseal } from '@forecourt/platform/personal'
import { systemScope } from '@forecourt/platform/scope'
import { business, garaging, location, ownerForm } from '@forecourt/testing/garaging'
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
const { begin, verify, resend, locate, complete } = garaging(() => stack.call)

const envelope = { meta: { timestamp: expect.any(String), requestId: expect.any(String) } }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const indexOf = (phone: string) => personal.blindIndex('phone', phone)

/** The codes as the notification service gets them, the newest ones of a phone. */
async function codesOf({ email, phoneNumber }: { email: string; phoneNumber: string }) {
  const { rows } = await stack.admin.query<{ id: string }>(
    `select id from otp where destination_indexes[1] = $1
      order by created_at desc, id desc limit 1`,
    [indexOf(phoneNumber)],
  )
  const id = rows[0]?.id ?? ''
  const codeBy = async (channel: string, destination: string) => {
    const { data } = await stack.topics.next(
      'identity.otp.requested.v1',
      ({ key, data: told }) => key === id && String(told?.['channels']) === channel,
    )
    const open = (what: string, sealed: unknown) =>
      unseal(keys('TRANSPORT_KEYS'), String(sealed), `otp|${what}|${id}`)
    expect(data).toMatchObject({ purpose: 'garage', serviceCenterId: null })
    expect(open('destination', data?.['destination'])).toBe(destination)
    return open('code', data?.['code'])
  }
  return { sms: await codeBy('sms', phoneNumber), email: await codeBy('email', email) }
}

const gil = {
  fullName: 'Gil Benedict Chiu',
  email: 'benedictchiu12@gmail.com',
  phoneNumber: '+942948249',
  password: 'SecurePass123!',
}
const contact = { email: gil.email, phoneNumber: '+971942948249' }

/** The envelope of the requirement, with ours. */
function answered(status: number, message: string, data: object) {
  return { ...envelope, success: true, message, data, status }
}

test('the examples of the requirement, word for word, until a code is proved', async () => {
  const begun = await begin(gil)
  expect(begun.status).toBe(201)
  const asked = 'Registration successful. Please verify your email or phone number.'
  const data = { userId: expect.stringMatching(UUID), ...contact, requiresVerification: true }
  expect(begun.body).toEqual(answered(201, asked, data))
  expect(begun.headers.get('cache-control')).toBe('no-store')

  await stack.redis.flushdb()
  const resent = await resend(contact)
  expect(resent.status).toBe(200)
  expect(resent.body).toEqual(answered(200, 'Verification code sent successfully', {}))

  const { email: code } = await codesOf(contact)
  const wrong = await verify({ ...contact, code: code === '000000' ? '000001' : '000000' })
  expect(wrong.status).toBe(400)
  expect(wrong.body).toMatchObject({
    ...envelope,
    success: false,
    message: 'Invalid verification code',
    errors: [],
    status: 400,
  })

  const verified = await verify({ ...contact, code })
  expect(verified.status).toBe(200)
  const welcome = 'Verification successful. Your account is now active.'
  expect(verified.body).toEqual(answered(200, welcome, {}))
})

test('a field that was left empty is not there, and a pasted code may have space around it', async () => {
  const form = ownerForm()
  await begin(form)
  const { email: code } = await codesOf(form)
  const verified = await verify({ email: form.email, phoneNumber: '', code: ` ${code}\n` })
  expect(verified.status).toBe(200)
})

test('the examples of the requirement, word for word, of the steps after the code', async () => {
  const form = ownerForm({ fullName: gil.fullName })
  const { userId } = (await begin(form)).data
  await verify({ email: form.email, code: (await codesOf(form)).email })
  const located = await locate(userId)
  expect(located.status).toBe(200)
  expect(located.body).toEqual(
    answered(200, 'Business location saved successfully', { nextStep: 3 }),
  )

  const storage = 'https://acqdzxnfpnwrhvatfzov.supabase.co/storage/v1/object/public'
  const emiratesIdUrl = `${storage}/garage-documents/emirates-id-123.pdf`
  const completed = await complete(userId, { emiratesIdUrl })
  expect(completed.status).toBe(200)
  const { email, phoneNumber } = form
  const data = {
    user: {
      id: expect.any(String),
      email,
      role: 'garage_owner',
      status: 'active',
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    },
    profile: {
      fullName: 'Gil Benedict Chiu',
      email,
      phoneNumber,
      companyLegalName: 'AutoSaaz Garage Services LLC',
      status: 'active',
      isEmailVerified: true,
      isPhoneVerified: false,
    },
    accessToken: expect.stringMatching(/^eyJ/),
    refreshToken: expect.any(String),
  }
  const welcome = 'Registration completed successfully! Welcome to AutoSaaz.'
  expect(completed.body).toEqual(answered(200, welcome, data))
})

const step1: [object, string, string][] = [
  [{ fullName: undefined }, 'fullName', 'Full name is required'],
  [{ fullName: 'Li' }, 'fullName', 'Full name must have at least 3 characters'],
  [{ fullName: 'x'.repeat(101) }, 'fullName', 'Full name must have at most 100 characters'],
  [{ fullName: 'Gil 2nd' }, 'fullName', 'Full name may hold letters and spaces only'],
  [{ email: undefined }, 'email', 'E-mail address is required'],
  [{ email: 'nobody' }, 'email', 'E-mail address must look like name@example.com'],
  [{ phoneNumber: '' }, 'phoneNumber', 'Phone number is required'],
  [
    { phoneNumber: '+919876543210' },
    'phoneNumber',
    'Phone number must be one of the UAE, such as +971501234567',
  ],
  [{ password: undefined }, 'password', 'Password is required'],
  [{ password: 'Short1!' }, 'password', 'Must have at least 8 characters'],
  [{ password: 'securepass123!' }, 'password', 'Must hold an uppercase letter'],
  [{ password: 'SECUREPASS123!' }, 'password', 'Must hold a lowercase letter'],
  [{ password: 'SecurePass!' }, 'password', 'Must hold a number'],
  [{ password: 'SecurePass123' }, 'password', 'Must hold a special character'],
  [{ password: `Aa1!${'é'.repeat(35)}` }, 'password', 'Must not be longer than 72 bytes'],
]

test.each(step1)('step 1: %j is refused at its field', async (change, field, message) => {
  const { status, body } = await begin(ownerForm(change as Record<string, unknown>))
  expect(status).toBe(422)
  expect(body.errors).toContainEqual({ field, message })
})

const HANDLE = crypto.randomUUID()

test.each([
  [{ userId: 'x' }, 'userId', 'User id must be a valid UUID'],
  [{ address: 'Bay1' }, 'address', 'Address must have at least 5 characters'],
  [{ address: 'x'.repeat(256) }, 'address', 'Address must have at most 255 characters'],
  [{ street: 'SZ' }, 'street', 'Street must have at least 3 characters'],
  [{ street: 'x'.repeat(101) }, 'street', 'Street must have at most 100 characters'],
  [{ state: 'D' }, 'state', 'State must have at least 2 characters'],
  [{ state: 'x'.repeat(51) }, 'state', 'State must have at most 50 characters'],
  [{ location: undefined }, 'location', 'Location is required'],
  [{ location: 'A' }, 'location', 'Location must have at least 2 characters'],
  [{ location: 'x'.repeat(101) }, 'location', 'Location must have at most 100 characters'],
  [
    { coordinates: { latitude: 90.1, longitude: 0 } },
    'coordinates.latitude',
    'Latitude must be between -90 and 90',
  ],
  [
    { coordinates: { latitude: 0, longitude: -180.5 } },
    'coordinates.longitude',
    'Longitude must be between -180 and 180',
  ],
  [
    { coordinates: { latitude: '25', longitude: 55 } },
    'coordinates.latitude',
    'Latitude must be a number',
  ],
])('step 2: %j is refused at its field', async (change, field, message) => {
  const { status, body } = await locate(HANDLE, change)
  expect(status).toBe(422)
  expect(body.errors).toEqual([{ field, message }])
})

test.each([
  [{ userId: 7 }, 'userId', 'User id must be a valid UUID'],
  [
    { companyLegalName: 'AG' },
    'companyLegalName',
    'Company legal name must have at least 3 characters',
  ],
  [
    { companyLegalName: 'x'.repeat(256) },
    'companyLegalName',
    'Company legal name must have at most 255 characters',
  ],
  [{ emiratesIdUrl: undefined }, 'emiratesIdUrl', 'Emirates ID is required'],
  [{ emiratesIdUrl: 'emirates-id.pdf' }, 'emiratesIdUrl', 'Emirates ID must be a valid URL'],
  [{ emiratesIdUrl: 'javascript:alert(1)' }, 'emiratesIdUrl', 'Emirates ID must be a valid URL'],
  [{ emiratesIdUrl: 'file:///etc/passwd' }, 'emiratesIdUrl', 'Emirates ID must be a valid URL'],
  [
    { tradeLicenseNumber: 'TL-1' },
    'tradeLicenseNumber',
    'Trade license number must have at least 5 characters',
  ],
  [
    { tradeLicenseNumber: 'x'.repeat(51) },
    'tradeLicenseNumber',
    'Trade license number must have at most 50 characters',
  ],
  [
    { vatCertification: 'x'.repeat(51) },
    'vatCertification',
    'VAT certification must have at most 50 characters',
  ],
])('step 3: %j is refused at its field', async (change, field, message) => {
  const { status, body } = await complete(HANDLE, change)
  expect(status).toBe(422)
  expect(body.errors).toEqual([{ field, message }])
})

test.each([
  [{ code: '123456' }, 'email', 'Give the e-mail address or the phone number'],
  [{ email: 'a@example.com' }, 'code', 'The code is required'],
  [{ email: 'a@example.com', code: '12345' }, 'code', 'The code has 6 digits'],
  [{ email: 'a@example.com', code: '1234567' }, 'code', 'The code has 6 digits'],
  [{ email: 'a@example.com', code: '12345x' }, 'code', 'The code has 6 digits'],
  [{ email: 'a@example.com', code: '١٢٣٤٥٦' }, 'code', 'The code has 6 digits'],
  [{ email: 'a@example.com', code: 123456 }, 'code', 'The code must be text'],
  [{ phoneNumber: '+1234', code: '123456' }, 'phoneNumber', expect.stringContaining('UAE')],
])('a verification: %j is refused at its field', async (body, field, message) => {
  const answer = await verify(body)
  expect(answer.status).toBe(422)
  expect(answer.body.errors).toEqual([{ field, message }])
})

test('a resend needs an e-mail address or a phone number', async () => {
  const { status, body } = await resend({ email: null, phoneNumber: null })
  expect(status).toBe(422)
  expect(body.errors).toEqual([
    { field: 'email', message: 'Give the e-mail address or the phone number' },
  ])
})

test.each([
  ['050 123 4567', '+971501234567'],
  ['00971-50-123 4568', '+971501234568'],
  ['971501234569', '+971501234569'],
  ['٠٥٠١٢٣٤٥٧٠', '+971501234570'],
])(
  'the phone %s is known as %s, and every spelling of it finds the registration',
  async (typed, normal) => {
    const form = ownerForm({ phoneNumber: typed, email: ` ${normal.slice(1)}@EXAMPLE.com ` })
    const { data } = await begin(form)
    expect([data.phoneNumber, data.email]).toEqual([normal, `${normal.slice(1)}@example.com`])
    const { sms: code } = await codesOf({ phoneNumber: normal, email: data.email })
    expect((await verify({ phoneNumber: normal.replace('+971', '0'), code })).status).toBe(200)
  },
)

test('names of other scripts are names', async () => {
  const { status } = await begin(ownerForm({ fullName: 'محمد بن راشد' }))
  expect(status).toBe(201)
})

test('a code lives for ten minutes and has three tries; each end has words of its own', async () => {
  const form = ownerForm()
  await begin(form)
  const { rows } = await stack.admin.query(
    `select extract(epoch from expires_at - created_at)::int as life, max_attempts,
            cardinality(digests) as codes from otp where destination_indexes[1] = $1`,
    [indexOf(form.phoneNumber)],
  )
  expect(rows).toEqual([{ life: 600, max_attempts: 3, codes: 2 }])
  const { sms, email } = await codesOf(form)
  const wrong = Array.from({ length: 9 }, (_, digit) => `12345${digit}`).find(
    (code) => code !== sms && code !== email,
  )
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const { body } = await verify({ email: form.email, code: wrong })
    expect([body.status, body.message]).toEqual([400, 'Invalid verification code'])
  }
  const spent = await verify({ email: form.email, code: sms })
  expect([spent.status, spent.body.message, spent.body.errors]).toEqual([
    400,
    'Maximum verification attempts exceeded. Please request a new code.',
    [],
  ])

  const late = ownerForm()
  await begin(late)
  const codes = await codesOf(late)
  await stack.admin.query(
    `update otp set expires_at = created_at where destination_indexes[1] = $1`,
    [indexOf(late.phoneNumber)],
  )
  const expired = await verify({ email: late.email, code: codes.email })
  expect([expired.status, expired.body.message, expired.body.errors]).toEqual([
    400,
    'Verification code has expired. Please request a new one.',
    [],
  ])
})

test('what waits lies sealed, and its handle is kept nowhere', async () => {
  const form = ownerForm()
  const { userId } = (await begin(form)).data
  const { rows } = await stack.admin.query<{ id: string; form: string }>(
    'select * from garage_registration where phone_index = $1',
    [indexOf(form.phoneNumber)],
  )
  const text = JSON.stringify(rows)
  for (const plain of [form.phoneNumber.slice(4), form.email, 'Gil', form.password, userId]) {
    expect(text).not.toContain(plain)
  }
  const { id = '', form: sealed = '' } = rows[0] ?? {}
  expect(id).not.toBe(userId)
  const opened = personal.open(sealed, { table: 'garage_registration', column: 'form', id })
  expect(opened).not.toContain(form.password)
  expect(await usersWith(form.email)).toEqual([])
})

async function usersWith(email: string) {
  const index = personal.blindIndex('email', email)
  const { rows } = await stack.admin.query('select id from "user" where email_index = $1', [index])
  return rows as { id: string }[]
}

test('whoever has not finished cannot sign in', async () => {
  const form = ownerForm()
  const { userId } = (await begin(form)).data
  const login = { email: form.email, password: form.password }
  expect((await stack.call('POST /auth/login', { body: login })).status).toBe(401)
  await verify({ email: form.email, code: (await codesOf(form)).email })
  await locate(userId)
  expect((await stack.call('POST /auth/login', { body: login })).status).toBe(401)
  await complete(userId)
  expect((await stack.call('POST /auth/login', { body: login })).status).toBe(200)
})

test('a registration that died is forgotten an hour later', async () => {
  const [old, young] = [ownerForm(), ownerForm()]
  await begin(old)
  await begin(young)
  await stack.admin.query(
    `update garage_registration set lives_until = now() - interval '61 minutes'
      where phone_index = $1`,
    [indexOf(old.phoneNumber)],
  )
  const job = identity.jobs?.find(({ name }) => name === 'forget-garage-registrations')
  const db = statements<never>(stack.house.pool, systemScope(), 'read write')
  await job?.run({ db, pool: stack.house.pool, log: stack.house.log } as never)
  const { rows } = await stack.admin.query('select phone_index from garage_registration')
  const kept = rows.map((row) => (row as { phone_index: string }).phone_index)
  expect(kept).toContain(indexOf(young.phoneNumber))
  expect(kept).not.toContain(indexOf(old.phoneNumber))
})

test('what a body says beyond its fields has no effect', async () => {
  const id = crypto.randomUUID()
  const extra = { role: 'admin', status: 'active', id, serviceCenterIds: [id], isActive: false }
  const form = ownerForm(extra)
  const { userId } = (await begin({ ...form, userId: id })).data
  expect(userId).not.toBe(id)
  await verify({ ...extra, email: form.email, code: (await codesOf(form)).email })
  await locate(userId, { ...extra, status: 'rejected' })
  const { data } = await complete(userId, { ...extra, ...business, ...location })
  expect(data.user).toMatchObject({ role: 'garage_owner', status: 'active' })
  expect(data.user.id).not.toBe(id)
})
