import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import type { Answered } from '@forecourt/testing/caller'
import { business, garaging, location, ownerForm } from '@forecourt/testing/garaging'
import { claimsIn, managing, signIn, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

let stack: Stack
let kiran: SignedIn
let priya: SignedIn
beforeAll(async () => {
  const settings = { BCRYPT_ROUNDS: '4', APP_DEBUG: 'true', LOG_LEVEL: 'silent' }
  stack = await openStack(identity, { ...(await ownKeys()), ...settings })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
  kiran = await signIn(stack.call, 'admin@forecourt.test')
  priya = await signIn(stack.call, 'manager@forecourt.test')
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const personal = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))
const { begin, verify, resend, locate, complete, begun, verified, located, opened } = garaging(
  () => stack.call,
)
const { open } = managing(() => stack.call)

function endOf({ status, body }: Answered<unknown>) {
  return [status, body.error?.reason]
}

interface Center {
  id: string
  code: string
  isActive: boolean
  [field: string]: unknown
}

async function centersSeenBy(token: string) {
  return (await stack.call<Center[]>('GET /admin/service-centers', { token })).data
}

test('the owner is signed in, and manages the own center and no other', async () => {
  const { form, user, accessToken, refreshToken } = await opened()
  const claims = claimsIn({ accessToken })
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(7 * 86_400)
  const { rows } = await stack.admin.query(
    `select extract(epoch from expires_at - created_at)::int as life from session
      where user_id = $1`,
    [user.id],
  )
  expect(rows).toEqual([{ life: 30 * 86_400 }])
  const me = await stack.call('GET /auth/me', { token: accessToken })
  expect(me.data).toMatchObject({
    id: user.id,
    role: 'garage_owner',
    email: form.email,
    phone: form.phoneNumber,
    fullName: form.fullName,
  })
  const seen = await centersSeenBy(accessToken)
  expect(seen).toEqual([
    expect.objectContaining({
      id: me.data['serviceCenterId'],
      code: expect.stringMatching(/^G[1-9][0-9]?$/),
      name: business.companyLegalName,
      street: `${location.address}, ${location.street}`,
      city: location.location,
      state: 'Dubai',
      country: 'AE',
      timeZone: 'Asia/Dubai',
      isActive: true,
      gstin: null,
      tradeLicenseNumber: 'TL-123456',
      vatCertification: 'VAT-789012',
    }),
  ])
  const foreign = priya.user.serviceCenterIds[0] ?? ''
  const hidden = await stack.call(`GET /admin/service-centers/${foreign}`, { token: accessToken })
  expect(hidden.status).toBe(404)
  const theirs = await centersSeenBy(priya.accessToken)
  expect(theirs.map(({ id }) => id)).not.toContain(seen[0]?.id)
  const next = await stack.call<SignedIn>('POST /auth/refresh-token', { body: { refreshToken } })
  expect(next.status).toBe(200)
})

test('the owner signs in with the password afterwards, by e-mail or by phone', async () => {
  const { form, user } = await opened()
  for (const typed of [{ email: form.email }, { phone: form.phoneNumber }]) {
    const { data } = await stack.call<SignedIn>('POST /auth/login', {
      body: { ...typed, password: form.password },
    })
    expect(data.user).toMatchObject({ id: user.id, role: 'garage_owner', status: 'active' })
  }
})

test('the owner hires for the own center, below the own role', async () => {
  const { accessToken, user } = await opened()
  const center = (await centersSeenBy(accessToken))[0]?.id ?? ''
  const hired = await open({ accessToken }, { role: 'technician', serviceCenterId: center })
  expect(hired.status).toBe(201)
  const pune = priya.user.serviceCenterIds[0]
  const elsewhere = await open({ accessToken }, { role: 'technician', serviceCenterId: pune })
  expect(endOf(elsewhere)).toEqual([403, 'center_not_yours'])
  const manager = await open({ accessToken }, { role: 'service_center', serviceCenterId: center })
  expect(endOf(manager)).toEqual([403, 'role_not_below'])
  const { data } = await stack.call<{ id: string }[]>('GET /admin/users', { token: accessToken })
  expect(new Set(data.map(({ id }) => id))).toEqual(new Set([user.id, hired.data.id]))
})

test('account and center are told to the house, in words that only the house can read', async () => {
  const { user, form } = await opened()
  const created = await stack.topics.next('identity.user.created.v1', ({ key }) => key === user.id)
  expect(created.data).toMatchObject({ role: 'garage_owner', status: 'active' })
  const [center] = (created.data?.['serviceCenterIds'] ?? []) as string[]
  const sealed = String(created.data?.['email'])
  expect(personal.open(sealed, { table: 'user', column: 'email', id: user.id })).toBe(form.email)
  const told = await stack.topics.next(
    'identity.service-center.opened.v1',
    ({ key }) => key === center,
  )
  expect(told.data).toMatchObject({
    country: 'AE',
    timeZone: 'Asia/Dubai',
    pinPrefixes: [],
    tradeLicenseNumber: 'TL-123456',
    vatCertification: 'VAT-789012',
  })
})

test('the code tells which contact was proved', async () => {
  const [byMail, bySms] = [await opened(ownerForm(), 'email'), await opened(ownerForm(), 'sms')]
  expect(byMail.profile).toMatchObject({ isEmailVerified: true, isPhoneVerified: false })
  expect(bySms.profile).toMatchObject({ isEmailVerified: false, isPhoneVerified: true })
})

test('trade license and VAT are kept in upper case; VAT and coordinates may be left out', async () => {
  const { userId } = await located()
  await locate(userId, { coordinates: undefined })
  const lower = { tradeLicenseNumber: ' tl-98765 ', vatCertification: 'vat-1' }
  const { data } = await complete(userId, lower)
  expect(await garageOf(data.user.id, data.accessToken)).toMatchObject({
    tradeLicenseNumber: 'TL-98765',
    vatCertification: 'VAT-1',
    coordinates: null,
  })
  const other = await located()
  const bare = await complete(other.userId, { vatCertification: undefined })
  expect(await garageOf(bare.data.user.id, bare.data.accessToken)).toMatchObject({
    vatCertification: null,
    coordinates: location.coordinates,
  })
})

async function garageOf(id: string, token: string) {
  return (await stack.call(`GET /admin/users/${id}/garage`, { token })).data
}

test('the garage is shown to its owner and to administrators, and lies sealed', async () => {
  const { form, user, accessToken } = await opened(ownerForm(), 'sms')
  const shown = {
    userId: user.id,
    fullName: form.fullName,
    email: form.email,
    phoneNumber: form.phoneNumber,
    ...location,
    ...business,
    status: 'active',
    isEmailVerified: false,
    isPhoneVerified: true,
    emailVerifiedAt: null,
    phoneVerifiedAt: expect.stringMatching(/Z$/),
  }
  expect(await garageOf(user.id, accessToken)).toMatchObject(shown)
  expect(await garageOf(user.id, kiran.accessToken)).toMatchObject(shown)
  for (const id of [user.id, priya.user.id]) {
    const token = id === user.id ? priya.accessToken : kiran.accessToken
    const { status } = await stack.call(`GET /admin/users/${id}/garage`, { token })
    expect(status).toBe(404)
  }
  const { rows } = await stack.admin.query('select * from garage where user_id = $1', [user.id])
  const text = JSON.stringify(rows)
  for (const plain of [location.address, location.street, business.emiratesIdUrl]) {
    expect(text).not.toContain(plain)
  }
})

test('the address of the document is kept, and nobody goes there', async () => {
  let calls = 0
  const server = createServer((_, response) => {
    calls += 1
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const uploaded = crypto.randomUUID()
  const addresses = [
    `http://127.0.0.1:${port}/id.pdf`,
    `http://localhost:${port}/latest/meta-data`,
    `/api/v1/files/${uploaded}/content`,
  ]
  for (const emiratesIdUrl of addresses) {
    const { userId } = await located()
    const { data } = await complete(userId, { emiratesIdUrl })
    const { id } = data.user
    expect(await garageOf(id, data.accessToken)).toMatchObject({ emiratesIdUrl })
    // A file that was uploaded here belongs to the account from then on.
    const told = await stack.topics.next('identity.user.created.v1', ({ key }) => key === id)
    expect(told.data?.['fileIds']).toEqual(emiratesIdUrl.startsWith('/') ? [uploaded] : [])
  }
  await new Promise((resolve) => server.close(resolve))
  expect(calls).toBe(0)
})

test('eight who open at once have eight codes, and one that is taken is passed over', async () => {
  const { rows } = await stack.admin.query<{ next: number }>(
    'select last_value::int + 1 as next from garage_number',
  )
  const taken = `G${(rows[0]?.next ?? 0) + 2}`
  await stack.call('POST /admin/service-centers', {
    token: kiran.accessToken,
    body: { code: taken, name: 'Garden', city: 'Goa', state: 'Goa' },
  })
  const waiting: string[] = []
  for (let number = 0; number < 8; number += 1) waiting.push((await located()).userId)
  const answers = await Promise.all(waiting.map((userId) => complete(userId)))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  const centers = await stack.admin.query<{ code: string; name: string }>(
    `select code, name from service_center where code ~ '^G[0-9]'`,
  )
  const codes = centers.rows.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  expect(centers.rows).toContainEqual({ code: taken, name: 'Garden' })
})

test('an e-mail or phone that somebody has proved is taken, in every spelling', async () => {
  const { form } = await opened(ownerForm(), 'email')
  const again = [{ email: form.email.toUpperCase() }, { email: 'advisor@forecourt.test' }]
  for (const change of again) {
    expect(endOf(await begin(ownerForm(change)))).toEqual([409, 'account_exists'])
  }
  const bySms = await opened(ownerForm(), 'sms')
  const local = bySms.form.phoneNumber.replace('+971', '0')
  expect(endOf(await begin(ownerForm({ phoneNumber: local })))).toEqual([409, 'account_exists'])
  expect((await stack.admin.query('select from otp where proved_at is null')).rowCount).toBe(0)
})

/** A customer who has proved a phone, and never the e-mail address. */
async function customerWith(email: string) {
  customers += 1
  const phone = `+9198111${String(customers).padStart(5, '0')}`
  const body = { name: 'John Doe', email, phone, password: 'password123' }
  const { data } = await stack.call<{ otp_for_testing: string }>('POST /customers/send-otp', {
    body,
  })
  const verified = await stack.call<{ customerId: string }>('POST /customers/verify-otp', {
    body: { phone, otp: data.otp_for_testing },
  })
  return { id: verified.data.customerId, phone, password: body.password }
}
let customers = 0

test('a later proof of an e-mail takes it from an account that never proved it', async () => {
  const form = ownerForm()
  const customer = await customerWith(form.email)
  const { userId, codes } = await begun(form)
  // Who proves the phone alone has no better claim than who came first, and may still prove both.
  const bySms = await verify({ code: codes.sms, email: form.email })
  expect([...endOf(bySms), bySms.body.errors]).toEqual([409, 'account_exists', []])
  expect((await verify({ code: codes.email, email: form.email })).status).toBe(200)
  expect(await emailOf(customer.id)).not.toBeNull()
  await locate(userId)
  const { data } = await complete(userId)
  expect(data.user.email).toBe(form.email)
  expect(await emailOf(customer.id)).toBeNull()
  const changed = await stack.topics.next(
    'identity.user.changed.v1',
    ({ key }) => key === customer.id,
  )
  expect(changed.data).toMatchObject({ email: null, status: 'active' })
  const { phone, password } = customer
  const still = await stack.call<SignedIn>('POST /auth/login', { body: { phone, password } })
  expect(still.data.user).toMatchObject({ id: customer.id, email: null })
})

async function emailOf(id: string): Promise<string | null> {
  const { rows } = await stack.admin.query('select email from "user" where id = $1', [id])
  return (rows[0] as { email: string | null }).email
}

test('a phone that its account never proved goes to the customer who proves it', async () => {
  const { user, form } = await opened(ownerForm(), 'email')
  const phone = form.phoneNumber
  // Its last code went out less than a minute ago.
  await stack.redis.flushdb()
  const body = { name: 'Jane Doe', email: 'jane@example.com', phone, password: 'password123' }
  const { data } = await stack.call<{ otp_for_testing: string }>('POST /customers/send-otp', {
    body,
  })
  const otp = data.otp_for_testing
  const verified = await stack.call<{ customerId: string }>('POST /customers/verify-otp', {
    body: { phone, otp },
  })
  expect(verified.status).toBe(201)
  const owner = await stack.call<SignedIn>('POST /auth/login', {
    body: { email: form.email, password: form.password },
  })
  expect(owner.data.user).toMatchObject({ id: user.id, phone: null })
})

test('an e-mail that was not proved is lost to who came first, up to the last step', async () => {
  const form = ownerForm()
  const { userId } = await located(form, 'sms')
  await customerWith(form.email)
  const late = await complete(userId)
  expect(endOf(late)).toEqual([409, 'account_exists'])
  const { rowCount } = await stack.admin.query(
    `select from garage_registration where place is not
    null and phone_index = $1`,
    [personal.blindIndex('phone', form.phoneNumber)],
  )
  expect(rowCount).toBe(1)
})

test('an administrator suspends an owner, who gets in again when the account is opened', async () => {
  const { user, accessToken, form } = await opened()
  const login = { email: form.email, password: form.password }
  const activate = (isActive: boolean) =>
    stack.call(`PUT /admin/users/${user.id}/activate`, {
      token: kiran.accessToken,
      body: { isActive },
    })
  expect((await activate(false)).data).toMatchObject({ status: 'suspended' })
  expect((await stack.call('GET /auth/me', { token: accessToken })).status).toBe(401)
  expect(endOf(await stack.call('POST /auth/login', { body: login }))).toEqual([
    403,
    'account_not_active',
  ])
  expect((await activate(true)).data).toMatchObject({ status: 'active' })
  expect((await stack.call('POST /auth/login', { body: login })).status).toBe(200)
})

test('a rejected owner is out for good, and the garage closed', async () => {
  const { user, accessToken, refreshToken, form } = await opened()
  const [center] = await centersSeenBy(accessToken)
  const reject = (id: string, token: string) =>
    stack.call(`PUT /admin/users/${id}/reject`, { token })
  expect((await reject(user.id, priya.accessToken)).status).toBe(404)
  expect((await reject(user.id, accessToken)).status).toBe(403)
  const { data } = await reject(user.id, kiran.accessToken)
  expect(data).toMatchObject({ status: 'rejected', isActive: false, available: [] })
  expect(endOf(await reject(user.id, kiran.accessToken))).toEqual([409, 'state_forbids'])
  expect((await stack.call('GET /auth/me', { token: accessToken })).status).toBe(401)
  const refreshed = await stack.call('POST /auth/refresh-token', { body: { refreshToken } })
  expect(refreshed.status).toBe(401)
  const { email, password } = form
  const login = await stack.call('POST /auth/login', { body: { email, password } })
  expect(endOf(login)).toEqual([403, 'account_not_active'])
  const again = await stack.call(`PUT /admin/users/${user.id}/activate`, {
    token: kiran.accessToken,
    body: { isActive: true },
  })
  expect(endOf(again)).toEqual([409, 'state_forbids'])
  expect(endOf(await begin(form))).toEqual([409, 'account_exists'])
  const closed = await stack.topics.next(
    'identity.service-center.changed.v1',
    ({ key }) => key === center?.id,
  )
  expect(closed.data).toMatchObject({ isActive: false })
  expect(endOf(await resend({ email }))).toEqual([409, 'garage_code_not_awaited'])
})

test('staff is suspended, and never rejected', async () => {
  const refused = await stack.call(`PUT /admin/users/${priya.user.id}/reject`, {
    token: kiran.accessToken,
  })
  expect(endOf(refused)).toEqual([409, 'not_a_garage'])
})

test('whoever is verified may not hand the account to another e-mail or phone', async () => {
  const { form, userId } = await verified()
  const stranger = ownerForm()
  const { email, phoneNumber } = stranger
  await locate(userId, { email, phoneNumber })
  const { data } = await complete(userId, { email, phoneNumber, password: stranger.password })
  expect(data.user.email).toBe(form.email)
  expect(data.profile['phoneNumber']).toBe(form.phoneNumber)
})
