import { KeyRing, readConfig } from '@forecourt/platform/config'
import { unseal } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { seededPassword, managing, signIn, type SignedIn } from '@forecourt/testing/managing'
import { ownKeys } from '@forecourt/testing/own-keys'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import type { SeenEvent } from '@forecourt/testing/topic-watch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seed, SeedConfig } from '../seed.ts'
import { identity } from '../service.ts'

const asha = 'advisor@forecourt.test'
const stranger = 'nobody@forecourt.test'
const strangersPhone = '+919811122233'
const chosen = 'Chosen#2027'
const transportKeys = KeyRing.parse(testSecrets.TRANSPORT_KEYS)

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

const forgot = (body: object, from = '203.0.113.7') =>
  stack.call('POST /auth/forgot-password', { body, headers: { 'x-forwarded-for': from } })

const reset = (body: object, from = '203.0.113.8') =>
  stack.call('POST /auth/reset-password', { body, headers: { 'x-forwarded-for': from } })

const isSignedIn = async ({ accessToken: token }: SignedIn) =>
  (await stack.call('GET /auth/me', { token })).status === 200

function opened({ data, key }: SeenEvent, kind: 'password-reset' | 'otp', what: string): string {
  return unseal(transportKeys, String(data?.[what]), `${kind}|${what}|${key}`)
}

/** The newest token that was sent to an address. */
async function tokenFor(email: string): Promise<string> {
  const isTheirs = (event: SeenEvent) => opened(event, 'password-reset', 'destination') === email
  const count = () =>
    stack.topics.seen.filter(
      (event) => event.type === 'identity.password-reset.requested.v1' && isTheirs(event),
    )
  const before = count().length
  await forgot({ email })
  const events = await eventually('a link', () => count().length > before && count())
  const newest = events.at(-1)
  if (!newest) throw new Error('There is no link.')
  return opened(newest, 'password-reset', 'token')
}

/** The newest code that was sent to a phone. */
async function codeFor(phone: string): Promise<string> {
  const theirs = () =>
    stack.topics.seen.filter(
      (event) =>
        event.type === 'identity.otp.requested.v1' && opened(event, 'otp', 'destination') === phone,
    )
  const before = theirs().length
  await forgot({ phone })
  const events = await eventually('a code', () => theirs().length > before && theirs())
  const newest = events.at(-1)
  if (!newest) throw new Error('There is no code.')
  return opened(newest, 'otp', 'code')
}

describe('a forgotten password', () => {
  test.each([
    ['an e-mail address', { email: asha }, { email: stranger }],
    ['a phone number', { phone: '9000000003' }, { phone: strangersPhone }],
    [
      'the address of somebody suspended',
      { email: stranger },
      { email: 'engineer@forecourt.test' },
    ],
  ])('by %s answers strangers and members alike', async (_, member, other) => {
    await stack.admin.query(`update "user" set status = 'suspended' where role = 'engineer'`)
    const known = await forgot(member, '198.51.100.1')
    const unknown = await forgot(other, '198.51.100.2')
    expect([known.status, known.data]).toEqual([200, null])
    expect({ ...known.body, meta: null }).toEqual({ ...unknown.body, meta: null })
    const names = (headers: Headers) => [...headers.keys()].toSorted()
    expect(names(known.headers)).toEqual(names(unknown.headers))
    expect(known.headers.get('content-length')).toBe(unknown.headers.get('content-length'))
  })

  test('leaves the same rows for strangers and members, and tells strangers nothing', async () => {
    const rows = async () => {
      const { rows: found } = await stack.admin.query(
        `select (select count(*)::int from password_reset) as links,
                (select count(*)::int from otp) as codes`,
      )
      return found[0] as { links: number; codes: number }
    }
    const before = await rows()
    await forgot({ email: stranger })
    await forgot({ phone: '+919811122299' })
    const after = await rows()
    expect(after).toEqual({ links: before.links + 1, codes: before.codes + 1 })
    const told = (await stack.told()).filter(({ type }) => /otp|password-reset/.test(type))
    const reached = told.map((event) =>
      opened(event, event.type.includes('otp') ? 'otp' : 'password-reset', 'destination'),
    )
    expect(reached).not.toContain(stranger)
    expect(reached).not.toContain('+919811122299')
  })

  test('is asked for five times in a quarter of an hour, whoever it is about', async () => {
    for (const email of [asha, stranger]) {
      const statuses = []
      for (let number = 0; number < 6; number += 1) {
        statuses.push((await forgot({ email }, `198.51.100.${number}`)).status)
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
    }
    const statuses = []
    for (let number = 0; number < 6; number += 1) {
      statuses.push((await forgot({ email: `guest${number}@forecourt.test` })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  })

  test('goes to one mailbox ten times a day, however patiently it is asked for', async () => {
    const statuses = []
    for (let number = 0; number < 11; number += 1) {
      statuses.push((await forgot({ email: asha }, `198.51.101.${number}`)).status)
      const ofTheQuarter = await stack.redis.keys('*forgot-password:destination:*')
      if (ofTheQuarter.length > 0) await stack.redis.del(...ofTheQuarter)
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429])
  })

  test('keeps digests alone, and the message carries ciphertext alone', async () => {
    const person = await newPerson()
    const token = await tokenFor(person.email)
    const code = await codeFor(person.phone)
    const { rows } = await stack.admin.query('select * from password_reset, otp')
    const told = (await stack.told()).filter(({ type }) => /otp|password-reset|audit/.test(type))
    for (const secret of [token, person.email, person.phone]) {
      expect(JSON.stringify([rows, told])).not.toContain(secret)
    }
    expect(JSON.stringify(told.map(({ data }) => data))).not.toContain(`"${code}"`)
  })

  test.each([{}, { email: asha, phone: '9000000003' }, { email: 'no address' }])(
    'names one of e-mail and phone: %j',
    async (body) => expect((await forgot(body)).status).toBe(422),
  )

  test('does not mind a token that ran out', async () => {
    const headers = { authorization: 'Bearer worn.out.token' }
    const body = { email: stranger }
    expect((await stack.call('POST /auth/forgot-password', { body, headers })).status).toBe(200)
  })
})

describe('a link', () => {
  test('lets the person choose a password once, ends all sessions, and lifts the lock', async () => {
    const person = await newPerson()
    const desk = await signIn(stack.call, person.email, person.password)
    for (let number = 0; number < 10; number += 1) await login(person.email, 'not it')
    const token = await tokenFor(person.email)
    const { status, body } = await reset({ token, password: chosen })
    expect([status, body.message]).toEqual([200, 'Password reset successfully'])
    expect(await isSignedIn(desk)).toBe(false)
    await stack.redis.flushdb()
    expect((await login(person.email, person.password)).status).toBe(401)
    expect((await login(person.email, chosen)).status).toBe(200)

    const again = await reset({ token, password: 'Stolen#2026' })
    expect([again.status, again.body.error?.reason]).toEqual([400, 'reset_token_invalid'])
    expect((await login(person.email, chosen)).status).toBe(200)
    const line = await stack.topics.next(
      'identity.audit.recorded.v1',
      ({ data }) =>
        data?.['action'] === 'POST /auth/reset-password' && data['userId'] === person.id,
    )
    expect(JSON.stringify(line.data)).not.toMatch(new RegExp(`Chosen#2027|${token}`))
  })

  test('that eight use at the same moment chooses one password', async () => {
    const person = await newPerson()
    const token = await tokenFor(person.email)
    const calls = Array.from({ length: 8 }, (_, number) =>
      reset({ token, password: `Chosen#${number}` }, `198.51.100.${number}`),
    )
    // The link's own budget lets five of them through.
    const answers = await Promise.all(calls)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400 || status === 429)).toHaveLength(7)
    const winner = answers.findIndex(({ status }) => status === 200)
    expect((await login(person.email, `Chosen#${winner}`)).status).toBe(200)
  })

  test('runs out after an hour', async () => {
    const person = await newPerson()
    const token = await tokenFor(person.email)
    const { rows } = await stack.admin.query(
      `select round(extract(epoch from expires_at - created_at))::int as life
         from password_reset where user_id = $1`,
      [person.id],
    )
    expect(rows).toEqual([{ life: 3_600 }])
    await stack.admin.query('update password_reset set expires_at = now() where user_id = $1', [
      person.id,
    ])
    expect((await reset({ token, password: chosen })).status).toBe(400)
  })

  test('is dead once the account has another e-mail address, or is suspended', async () => {
    const [moved, gone] = [await newPerson(), await newPerson()]
    const tokens = [await tokenFor(moved.email), await tokenFor(gone.email)]
    const token = kiran.accessToken
    const email = 'moved@forecourt.test'
    await stack.call(`PUT /admin/users/${moved.id}`, { token, body: { email } })
    await stack.call(`DELETE /admin/users/${gone.id}`, { token })
    for (const each of tokens) {
      const { status, body } = await reset({ token: each, password: chosen })
      expect([status, body.error?.reason]).toEqual([400, 'reset_token_invalid'])
    }
  })

  test('is dead once the password was changed', async () => {
    const person = await newPerson()
    const token = await tokenFor(person.email)
    await stack.call('PUT /auth/change-password', {
      token: (await signIn(stack.call, person.email, person.password)).accessToken,
      body: { currentPassword: person.password, newPassword: chosen },
    })
    expect((await reset({ token, password: 'Stolen#2026' })).status).toBe(400)
  })

  test('is not guessed: five tries from an address in a quarter of an hour', async () => {
    const statuses = []
    for (let number = 0; number < 6; number += 1) {
      statuses.push((await reset({ token: `guess ${number}`, password: chosen })).status)
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429])
  })

  test('takes no weak password, and is not used up by one', async () => {
    const person = await newPerson()
    const token = await tokenFor(person.email)
    expect((await reset({ token, password: 'password' })).status).toBe(422)
    expect((await reset({ token, password: chosen })).status).toBe(200)
  })
})

describe('a code', () => {
  test('lets the person choose a password once', async () => {
    const person = await newPerson()
    const otp = await codeFor(person.phone)
    expect(otp).toMatch(/^\d{6}$/)
    expect((await reset({ phone: person.phone, otp, password: chosen })).status).toBe(200)
    expect((await login(person.email, chosen)).status).toBe(200)
    const again = await reset({ phone: person.phone, otp, password: 'Stolen#2026' })
    expect([again.status, again.body.message]).toEqual([400, 'Invalid OTP'])
  })

  test('that four use at the same moment chooses one password', async () => {
    const person = await newPerson()
    const otp = await codeFor(person.phone)
    const calls = Array.from({ length: 4 }, (_, number) =>
      reset({ phone: person.phone, otp, password: `Chosen#${number}` }, `198.51.100.${number}`),
    )
    const answers = await Promise.all(calls)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(3)
  })

  test('is guessed at three times, also by sixteen at once from sixteen addresses', async () => {
    const person = await newPerson()
    const otp = await codeFor(person.phone)
    const wrong = otp === '000000' ? '000001' : '000000'
    // The limit of the destination stands before the tries; here the tries are to stand alone.
    const calls = Array.from({ length: 16 }, async (_, number) => {
      await stack.redis.del(...(await limitsOf('reset-password')))
      return reset({ phone: person.phone, otp: wrong, password: chosen }, `198.51.100.${number}`)
    })
    const answers = await Promise.all(calls)
    expect(answers.filter(({ status }) => status === 400).length).toBeLessThanOrEqual(3)
    const { rows } = await stack.admin.query(
      'select attempts from otp order by created_at desc limit 1',
    )
    expect(rows).toEqual([{ attempts: 3 }])
    await stack.redis.flushdb()
    const right = await reset({ phone: person.phone, otp, password: chosen })
    expect([right.status, right.body.error?.reason]).toEqual([429, 'otp_exhausted'])
    expect((await login(person.email, person.password)).status).toBe(200)
  })

  test('that is wrong is answered alike for strangers and members, to the last try', async () => {
    const person = await newPerson()
    const wrong = (await codeFor(person.phone)) === '123456' ? '654321' : '123456'
    await forgot({ phone: strangersPhone })
    const trail = async (phone: string, from: string) => {
      const answers = []
      for (let number = 0; number < 5; number += 1) {
        const { status, body } = await reset({ phone, otp: wrong, password: chosen }, from)
        answers.push({ ...body, status, meta: null })
      }
      return answers
    }
    const known = await trail(person.phone, '198.51.100.1')
    expect(known.map(({ status }) => status)).toEqual([400, 400, 400, 429, 429])
    expect(await trail(strangersPhone, '198.51.100.2')).toEqual(known)
  })

  test('for a phone that asked for none is answered alike for strangers and members', async () => {
    const person = await newPerson()
    const [known, unknown] = await Promise.all(
      [person.phone, '+919811122277'].map((phone) =>
        reset({ phone, otp: '123456', password: chosen }),
      ),
    )
    expect(known?.status).toBe(400)
    expect({ ...known?.body, meta: null }).toEqual({ ...unknown?.body, meta: null })
  })
})

async function limitsOf(handler: string): Promise<[string, ...string[]]> {
  return ['limit:none', ...(await stack.redis.keys(`limit:${handler}:*`))]
}

test('the password of the seed still opens what nobody has changed', async () => {
  expect((await login(asha, seededPassword)).status).toBe(200)
})
