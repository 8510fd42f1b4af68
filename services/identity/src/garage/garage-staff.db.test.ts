import { readConfig } from '@forecourt/platform/config'
import { garaging } from '@forecourt/testing/garaging'
import { managing, seededPassword, signIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  const settings = { BCRYPT_ROUNDS: '4', APP_DEBUG: 'true', LOG_LEVEL: 'silent' }
  stack = await openStack(identity, { ...(await ownKeys()), ...settings })
  await seed(readConfig(SeedConfig, { ...stack.env, FORECOURT_SEED: 'development' }).config)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const { opened } = garaging(() => stack.call)
const { change, newPerson, open } = managing(() => stack.call)

/** A garage that anybody may have opened, and what its owner hires with. */
async function garage() {
  const { accessToken, user } = await opened()
  await stack.redis.flushdb()
  const { data } = await stack.call<{ serviceCenterId: string }>('GET /auth/me', {
    token: accessToken,
  })
  const { serviceCenterId } = data
  return {
    owner: { accessToken },
    ownerId: user.id,
    hiring: { role: 'technician', serviceCenterId },
  }
}

async function provedOf(id: string) {
  const { rows } = await stack.admin.query(
    `select email_proved_at is not null as email, phone_proved_at is not null as phone
       from "user" where id = $1`,
    [id],
  )
  return rows[0] as unknown
}

const signUp = async (phone: string) => {
  await stack.redis.flushdb()
  const asked = await stack.call<{ otp_for_testing: string }>('POST /auth/register', {
    body: { phone, country_code: '+91' },
  })
  return stack.call('POST /auth/verify-registration-otp', {
    body: { phone, otp: asked.data?.otp_for_testing },
  })
}

test('what a garage types of its staff proves nothing, and keeps nobody from the own phone', async () => {
  const { owner, hiring } = await garage()
  const hired = await open(owner, { ...hiring, phone: '+919812300001' })
  expect(hired.status).toBe(201)
  expect(await provedOf(hired.data.id)).toEqual({ email: false, phone: false })
  expect((await signUp('9812300001')).status).toBe(201)
  const admin = await signIn(stack.call, 'admin@forecourt.test')
  const left = await stack.call<{ phone: string | null }>(`GET /admin/users/${hired.data.id}`, {
    token: admin.accessToken,
  })
  expect(left.data.phone).toBeNull()
  // Whom the dealer group opens an account for, it knows.
  const known = await newPerson(admin, { role: 'admin' })
  expect(await provedOf(known.id)).toEqual({ email: true, phone: true })
})

test('a garage does not take the e-mail address of a customer who has it', async () => {
  const body = {
    ...{ name: 'Vic Tim', email: 'vic@example.com', phone: '+919812300003' },
    password: 'Secret123',
  }
  const asked = await stack.call<{ otp_for_testing: string }>('POST /customers/send-otp', { body })
  const otp = asked.data.otp_for_testing
  await stack.call('POST /customers/verify-otp', { body: { phone: body.phone, otp } })
  const { owner, hiring } = await garage()
  expect((await open(owner, { ...hiring, email: body.email })).status).toBe(409)
  const again = { email: body.email, password: body.password }
  expect((await stack.call('POST /auth/login', { body: again })).status).toBe(200)
})

test('another e-mail address that a garage types for its staff is not proved, and the former is told', async () => {
  const { owner, hiring } = await garage()
  const admin = await signIn(stack.call, 'admin@forecourt.test')
  const hired = await newPerson(owner, hiring)
  const trusted = await change(admin, hired.id, { email: 'known.to.us@example.com' })
  expect(trusted.status).toBe(200)
  expect(await provedOf(hired.id)).toEqual({ email: true, phone: false })
  const typed = await change(owner, hired.id, { email: 'somebody.elses@example.com' })
  expect(typed.status).toBe(200)
  expect(await provedOf(hired.id)).toEqual({ email: false, phone: false })
  // The address that was proved is told of the second change; nothing was at the first.
  const { data } = await stack.topics.next('identity.contact.replaced.v1', () => true)
  expect(data?.['channel']).toBe('email')
})

test('garages name as few people in a quarter of an hour as strangers do', async () => {
  const { owner, hiring } = await garage()
  const opens = await Promise.all(Array.from({ length: 6 }, () => open(owner, hiring)))
  const ends = opens.map(({ status }) => status).toSorted((one, other) => one - other)
  expect(ends).toEqual([201, 201, 201, 201, 201, 429])
})

test('whoever a rejected owner had hired is out as well', async () => {
  const { owner, ownerId, hiring } = await garage()
  const hired = await newPerson(owner, hiring)
  const { accessToken: token } = await signIn(stack.call, hired.email, hired.password)
  const admin = await signIn(stack.call, 'admin@forecourt.test', seededPassword)
  const path = `PUT /admin/users/${ownerId}/reject` as const
  expect((await stack.call(path, { token: admin.accessToken })).status).toBe(200)
  expect((await stack.call('GET /auth/me', { token })).status).toBe(401)
  const body = { email: hired.email, password: hired.password }
  expect((await stack.call('POST /auth/login', { body })).status).toBe(403)
  const told = await stack.topics.next(
    'identity.user.changed.v1',
    ({ key, data }) => key === hired.id && data?.['status'] === 'suspended',
  )
  expect(told.data).toMatchObject({ role: 'technician' })
})
