import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData, unseal } from '@forecourt/platform/personal'
import { managing, signIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
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

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const personal = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))

function newDigits(): string {
  phones += 1
  return `94${String(phones).padStart(8, '0')}`
}
let phones = 0

interface Person {
  token: string
  id: string
  digits: string
}

const { newPerson } = managing(() => stack.call)

interface Profile {
  id: string
  version: number
  email: string | null
  phone: string
  name: string
  awaits?: { field: string; expires_in_minutes: number; otp_for_testing: string }
  [field: string]: unknown
}

/** Somebody who came by a phone alone. */
async function member(): Promise<Person> {
  await stack.redis.flushdb()
  const digits = newDigits()
  const asked = await stack.call<{ otp_for_testing: string }>('POST /auth/register', {
    body: { phone: digits, country_code: '+91' },
  })
  const { data, text } = await stack.call<{ access_token: string; customer: { id: string } }>(
    'POST /auth/verify-registration-otp',
    { body: { phone: digits, otp: asked.data.otp_for_testing } },
  )
  if (!data) throw new Error(text)
  await stack.redis.flushdb()
  return { token: data.access_token, id: data.customer.id, digits }
}

const change = ({ token }: Person, body: object) =>
  stack.call<Profile>('PUT /auth/profile', { token, body })

const verify = ({ token }: Person, otp: string) =>
  stack.call<Profile>('POST /auth/profile/verify', { token, body: { otp } })

const show = ({ token }: Person) => stack.call<Profile>('GET /auth/profile', { token })

async function awaitedCode(person: Person, body: object): Promise<string> {
  const { data, text } = await change(person, body)
  if (!data?.awaits) throw new Error(text)
  return data.awaits.otp_for_testing
}

const otherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

test('people say who they are in the names of the phone-only flow', async () => {
  const gita = await member()
  const said = { name: 'Gita Rao', gender: 'female', dob: '1990-01-31' }
  const { status, data } = await change(gita, said)
  expect(status).toBe(200)
  const image = crypto.randomUUID()
  const pictured = await change(gita, { profile_image: image })
  expect(pictured.data.profile_image).toBe(`/api/v1/files/${image}/content`)
  await stack.topics.next(
    'identity.user.changed.v1',
    ({ key, data: told }) => key === gita.id && String(told?.['fileIds']) === image,
  )
  expect(data).toMatchObject({ ...said, firstName: 'Gita', lastName: 'Rao', phone_validate: true })
  // A form that sends back all that it was shown changes nothing.
  const shown = (await show(gita)).data
  const again = await change(gita, shown)
  expect([again.status, { ...again.data, version: 0, updatedAt: '' }]).toEqual([
    200,
    { ...shown, version: 0, updatedAt: '' },
  ])
  const cleared = await change(gita, { gender: null, dob: null, profile_image: null })
  expect(cleared.data).toMatchObject({ gender: null, dob: null, profile_image: null })
  const { rows } = await stack.admin.query('select * from profile where id = $1', [gita.id])
  expect(JSON.stringify(rows)).not.toMatch(/female|1990/)
})

test('a new e-mail address counts only after its code', async () => {
  const gita = await member()
  const email = `gita.${gita.digits}@example.com`
  const asked = await change(gita, { email })
  expect(asked.data).toMatchObject({
    email: null,
    awaits: { field: 'email', expires_in_minutes: 10 },
  })
  const code = asked.data.awaits?.otp_for_testing ?? ''
  expect((await show(gita)).data.email).toBeNull()
  const wrong = await verify(gita, otherThan(code))
  expect([wrong.status, wrong.body.message]).toEqual([400, 'Invalid OTP. Please try again.'])
  const { status, data } = await verify(gita, code)
  expect([status, data.email]).toEqual([200, email])
  const told = await stack.topics.next(
    'identity.user.changed.v1',
    ({ key, data: user }) => key === gita.id && user?.['email'] !== null,
  )
  const sealed = String(told.data?.['email'])
  expect(personal.open(sealed, { table: 'user', column: 'email', id: gita.id })).toBe(email)
  const twice = await verify(gita, code)
  expect([twice.status, twice.body.message]).toEqual([
    400,
    'No OTP found. Please request a new OTP.',
  ])
})

test('a new phone signs in, the former one no more, and all other sessions end', async () => {
  const gita = await member()
  const digits = newDigits()
  const other = await signInByCode(gita.digits)
  const code = await awaitedCode(gita, { phone: digits, country_code: '+91' })
  expect((await verify(gita, code)).data.phone).toBe(`+91${digits}`)
  expect((await show(gita)).status).toBe(200)
  expect((await stack.call('GET /auth/profile', { token: other })).status).toBe(401)
  expect(await signInByCode(digits)).toMatch(/^eyJ/)
  await stack.redis.flushdb()
  await expect(signInByCode(gita.digits)).rejects.toThrow('Invalid OTP')
})

async function signInByCode(digits: string): Promise<string> {
  await stack.redis.flushdb()
  const asked = await stack.call<{ otp_for_testing: string }>('POST /auth/login/otp', {
    body: { phone: digits, country_code: '+91' },
  })
  const { data, text } = await stack.call<{ access_token: string }>('POST /auth/login/otp/verify', {
    body: { phone: digits, otp: asked.data.otp_for_testing },
  })
  if (!data) throw new Error(text)
  return data.access_token
}

test('what an account had proved is told of each contact that is added, replaced or removed', async () => {
  const gita = await member()
  const email = `gita.${gita.digits}@example.com`
  const [former, phone] = [`+91${gita.digits}`, `+91${newDigits()}`]
  const formers = () =>
    stack.topics.seen
      .filter(({ type }) => type === 'identity.contact.replaced.v1')
      .map(({ key, data }) => {
        const place = `contact-replaced|destination|${key}`
        return unseal(keys('TRANSPORT_KEYS'), String(data?.['destination']), place)
      })
      .filter((told) => [email, former, phone].includes(told))
  await verify(gita, await awaitedCode(gita, { email }))
  await expect.poll(formers).toEqual([former])
  await stack.redis.flushdb()
  await verify(gita, await awaitedCode(gita, { phone }))
  await expect.poll(() => formers().toSorted()).toEqual([former, former, email].toSorted())
  const other = await signInByCode(phone.slice(3))
  expect((await change(gita, { email: null })).data.email).toBeNull()
  expect((await stack.call('GET /auth/profile', { token: other })).status).toBe(401)
  const all = [former, former, email, email, phone]
  await expect.poll(() => formers().toSorted()).toEqual(all.toSorted())
})

test('whoever has a token of an account with a password removes no e-mail address by it alone', async () => {
  const person = await newPerson(await signIn(stack.call, 'admin@forecourt.test'), {
    role: 'admin',
  })
  const { accessToken: token } = await signIn(stack.call, person.email, person.password)
  const remove = (currentPassword?: string) =>
    stack.call<Profile>('PUT /auth/profile', { token, body: { email: null, currentPassword } })
  const bare = await remove()
  expect([bare.status, Object.keys(bare.body.errors ?? {})]).toEqual([422, ['currentPassword']])
  expect((await remove('Guessed#1')).body.error?.reason).toBe('password_wrong')
  const shown = await stack.call<Profile>('GET /auth/profile', { token })
  expect(shown.data.email).toBe(person.email)
  expect((await remove(person.password)).data.email).toBeNull()
})

test('what another account has proved is refused at once, and takes no code', async () => {
  const [gita, omar] = [await member(), await member()]
  const { status, body } = await change(gita, { phone: omar.digits })
  expect([status, body.error?.reason]).toEqual([409, 'account_exists'])
  const staff = await change(gita, { email: 'advisor@forecourt.test' })
  expect(staff.status).toBe(409)
  const { rowCount } = await stack.admin.query('select from contact_change where user_id = $1', [
    gita.id,
  ])
  expect(rowCount).toBe(0)
})

test('an administrator may send back all that was shown of somebody with a phone alone', async () => {
  const gita = await member()
  const { accessToken: token } = await signIn(stack.call, 'admin@forecourt.test')
  const path = `/admin/users/${gita.id}` as const
  const shown = (await stack.call<Profile>(`GET ${path}`, { token })).data
  expect(shown).toMatchObject({ email: null, lastName: '' })
  const { status, data } = await stack.call<Profile>(`PUT ${path}`, {
    token,
    body: { ...shown, firstName: 'Gita' },
  })
  expect([status, data['fullName']]).toEqual([200, 'Gita'])
  const bare = await stack.call(`PUT ${path}`, { token, body: { phone: null } })
  expect([bare.status, Object.keys(bare.body.errors ?? {})]).toEqual([422, ['phone']])
})

test('who has an account is asked five times in a quarter of an hour, by staff sixty times', async () => {
  const gita = await member()
  const shown = (await show(gita)).data
  const asked = { email: 'advisor@forecourt.test' }
  const answers = []
  for (let number = 0; number < 6; number += 1) answers.push((await change(gita, asked)).status)
  expect(answers).toEqual([409, 409, 409, 409, 409, 429])
  // A form that sends back all that it was shown asks nobody's.
  for (let number = 0; number < 6; number += 1) {
    expect((await change(gita, { ...shown, name: `Gita ${number}` })).status).toBe(200)
  }
  const kiran = await signIn(stack.call, 'admin@forecourt.test')
  const statuses = await Promise.all(
    Array.from({ length: 61 }, async () => {
      const { status } = await stack.call(`PUT /admin/users/${gita.id}`, {
        token: kiran.accessToken,
        body: asked,
      })
      return status
    }),
  )
  expect(statuses.filter((status) => status === 409)).toHaveLength(60)
  expect(statuses).toContain(429)
})

test('of two who prove one phone at once one has it', async () => {
  const [gita, omar] = [await member(), await member()]
  const phone = `+91${newDigits()}`
  const first = await awaitedCode(gita, { phone })
  await stack.redis.flushdb()
  // A code that lives proves one account's wish: the second one waits.
  const pending = await change(omar, { phone })
  expect([pending.status, pending.body.error?.reason]).toEqual([409, 'registration_pending'])
  const twice = await Promise.all([verify(gita, first), verify(gita, first)])
  expect(new Set(twice.map(({ status }) => status))).toEqual(new Set([200, 400]))
  expect((await show(gita)).data.phone).toBe(phone)
})

test('a code of one account proves nothing for another, and the newest wish counts', async () => {
  const [gita, omar] = [await member(), await member()]
  const old = await awaitedCode(gita, { email: `old.${gita.digits}@example.com` })
  const swapped = await verify(omar, old)
  expect(swapped.body.message).toBe('No OTP found. Please request a new OTP.')
  const email = `new.${gita.digits}@example.com`
  const code = await awaitedCode(gita, { email })
  const late = await verify(gita, old === code ? otherThan(code) : old)
  expect(late.body.error?.reason).toBe('phone_code_wrong')
  expect((await verify(gita, code)).data.email).toBe(email)
})

test.each([
  [{ phone: null }, 'phone'],
  [{ phone: '123' }, 'phone'],
  [{ phone: '+4915112345678' }, 'phone'],
  [{ phone: '9400099999', email: 'both@example.com' }, 'phone'],
  [{ email: 'nobody' }, 'email'],
  [{ dob: '2090-01-01' }, 'dob'],
  [{ dob: 'yesterday' }, 'dob'],
  [{ profile_image: 'https://elsewhere.example/x.png' }, 'profile_image'],
])('%j is refused at its field', async (body, field) => {
  const answer = await change(await member(), body)
  expect(answer.status).toBe(422)
  expect(Object.keys(answer.body.errors ?? {})).toEqual([field])
})

test('staff proves a new address too, and an account without a phone keeps its e-mail', async () => {
  const { accessToken: token, user } = await signIn(stack.call, 'technician@forecourt.test')
  const ravi = { token, id: user.id, digits: '' }
  const email = 'ravi.new@forecourt.test'
  const code = await awaitedCode(ravi, { email })
  expect((await verify(ravi, code)).data.email).toBe(email)
  expect((await signIn(stack.call, email)).user.id).toBe(user.id)
})
