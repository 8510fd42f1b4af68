import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import type { Answered } from '@forecourt/testing/caller'
import { garaging, ownerForm } from '@forecourt/testing/garaging'
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
const { begin, verify, resend, locate, complete, begun, located, opened } = garaging(
  () => stack.call,
)

const indexOf = (phone: string) => personal.blindIndex('phone', phone)

async function count(text: string, values: unknown[] = []): Promise<number> {
  const { rows } = await stack.admin.query(`select count(*)::int as total from ${text}`, values)
  return (rows[0] as { total: number }).total
}

/** The status, and why. */
function endOf({ status, body }: Answered<unknown>) {
  return [status, body.error?.reason]
}

/** `{ '200': 1, verification_code_wrong: 3 }` */
function endsOf(answers: Answered<unknown>[]) {
  const ends = answers.map(({ status, body }) => body.error?.reason ?? String(status))
  const counted = [...Map.groupBy(ends, (end) => end)].map(([end, all]) => [end, all.length])
  return Object.fromEntries(counted) as Record<string, number>
}

/** A code that is neither of the two. */
function otherThan({ sms, email }: { sms: string; email: string }): string {
  const digits = Array.from({ length: 3 }, (_, digit) => `00000${digit}`)
  return digits.find((code) => code !== sms && code !== email) ?? ''
}

/** So many at once, with the limits of requests lifted: only what is behind them is left. */
async function atOnce<Data>(total: number, ask: (at: number) => Promise<Answered<Data>>) {
  const lift = setInterval(() => void liftLimits(), 1)
  try {
    return await Promise.all(Array.from({ length: total }, (_, at) => ask(at)))
  } finally {
    clearInterval(lift)
  }
}

async function liftLimits(): Promise<void> {
  const limits = await stack.redis.keys('limit:auth.*')
  if (limits.length > 0) await stack.redis.del(limits)
}

async function waitOutCooldown(phone: string): Promise<void> {
  await stack.redis.del(`limit:otp:cooldown:${indexOf(phone)}`)
}

/** Lets the newest code run out, and the registration with it. */
async function lapse({ phoneNumber }: { phoneNumber: string }): Promise<void> {
  const index = [indexOf(phoneNumber)]
  await stack.admin.query(
    'update otp set expires_at = now() where destination_indexes[1] = $1',
    index,
  )
  await stack.admin.query(
    'update garage_registration set lives_until = now() where phone_index = $1',
    index,
  )
  await waitOutCooldown(phoneNumber)
}

test('of sixteen last steps at once one opens the garage, and gets the only tokens', async () => {
  const { form, userId } = await located()
  const before = await count('service_center')
  const answers = await atOnce(16, () => complete(userId))
  const { 200: done, ...late } = endsOf(answers)
  expect(done).toBe(1)
  const politely = ['garage_registration_unknown', 'too_many_requests']
  expect(new Set(Object.keys(late)).difference(new Set(politely))).toEqual(new Set())
  expect(await count('"user" where phone_index = $1', [indexOf(form.phoneNumber)])).toBe(1)
  expect((await count('service_center')) - before).toBe(1)
  const id = answers.find(({ status }) => status === 200)?.data.user.id
  expect(await count('session where user_id = $1', [id])).toBe(1)
  await liftLimits()
  expect(endOf(await complete(userId))).toEqual([404, 'garage_registration_unknown'])
})

test('of sixteen right codes at once, of both channels, one counts', async () => {
  const { form, codes } = await begun()
  const answers = await atOnce(16, (at) =>
    verify({ code: at % 2 === 0 ? codes.sms : codes.email, email: form.email }),
  )
  const { 200: done, ...late } = endsOf(answers)
  expect(done).toBe(1)
  const politely = [
    'verification_code_wrong',
    'verification_code_expired',
    'verification_code_exhausted',
    'otp_budget_spent',
    'too_many_requests',
  ]
  expect(new Set(Object.keys(late)).difference(new Set(politely))).toEqual(new Set())
})

test('fifty wrong codes at once are three comparisons, by e-mail and phone together', async () => {
  const { form, codes } = await begun()
  const { email, phoneNumber } = form
  const code = otherThan(codes)
  const answers: Answered<unknown>[] = []
  while (answers.length < 50) {
    const asked = atOnce(10, (at) => verify(at % 2 === 0 ? { code, email } : { code, phoneNumber }))
    answers.push(...(await asked))
  }
  expect(endsOf(answers)['verification_code_wrong']).toBe(3)
  expect(answers.every(({ status }) => status === 400 || status === 429)).toBe(true)
  await liftLimits()
  expect(endOf(await verify({ code: codes.sms, email }))).toEqual([
    400,
    'verification_code_exhausted',
  ])
})

test('a resend voids both codes, and gives no more than ten wrong ones a day', async () => {
  const { form, codes } = await begun()
  const { email, phoneNumber } = form
  await waitOutCooldown(phoneNumber)
  let newest = (await resend({ phoneNumber })).data.otp_for_testing
  for (const old of [codes.sms, codes.email].filter((code) => code !== newest.sms)) {
    if (old === newest.email) continue
    expect(endOf(await verify({ code: old, email }))).toEqual([400, 'verification_code_wrong'])
  }
  const ends: unknown[] = []
  for (let round = 0; round < 4; round += 1) {
    await liftLimits()
    await waitOutCooldown(phoneNumber)
    if (round > 0) newest = (await resend({ email })).data.otp_for_testing
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await liftLimits()
      ends.push((await verify({ code: otherThan(newest), email })).body.error?.reason)
    }
  }
  expect(ends.filter((end) => end === 'verification_code_wrong').length).toBeLessThanOrEqual(10)
  await liftLimits()
  expect(endOf(await verify({ code: newest.sms, email }))).toEqual([429, 'otp_budget_spent'])
})

test('a code was of use once, and of none to another registration', async () => {
  const [one, other] = [await begun(), await begun()]
  // Once in a million the other registration has the same digits.
  const foreign = [one.codes.sms, one.codes.email].find(
    (code) => !Object.values(other.codes).includes(code),
  )
  expect(endOf(await verify({ code: foreign, email: other.form.email }))).toEqual([
    400,
    'verification_code_wrong',
  ])
  const both = { email: one.form.email, phoneNumber: other.form.phoneNumber }
  expect(endOf(await verify({ code: one.codes.sms, ...both }))).toEqual([
    400,
    'verification_code_wrong',
  ])
  const right = { code: one.codes.sms, email: one.form.email }
  expect((await verify(right)).status).toBe(200)
  expect(endOf(await verify(right))).toEqual([400, 'verification_code_wrong'])
  expect(endOf(await verify({ ...right, code: one.codes.email }))).toEqual([
    400,
    'verification_code_wrong',
  ])
})

test('a step out of its order is refused, and says what comes first', async () => {
  const { userId, form, codes } = await begun()
  expect(endOf(await locate(userId))).toEqual([409, 'garage_contact_unproved'])
  expect(endOf(await complete(userId))).toEqual([409, 'garage_contact_unproved'])
  await verify({ code: codes.sms, phoneNumber: form.phoneNumber })
  const early = await complete(userId)
  expect(endOf(early)).toEqual([409, 'garage_place_missing'])
  expect(early.body.errors).toEqual([])
  expect(endOf(await resend({ email: form.email }))).toEqual([409, 'garage_code_not_awaited'])
  expect((await locate(userId)).status).toBe(200)
  expect((await locate(userId, { state: 'Sharjah' })).status).toBe(200)
  expect((await complete(userId)).status).toBe(200)
  expect(endOf(await locate(userId))).toEqual([404, 'garage_registration_unknown'])
})

test('a handle that was guessed, that is older than a day, or of an account opens nothing', async () => {
  const unknown = [404, 'garage_registration_unknown']
  expect(endOf(await locate(crypto.randomUUID()))).toEqual(unknown)
  expect(endOf(await complete(crypto.randomUUID()))).toEqual(unknown)
  const { form, userId } = await located()
  const index = [indexOf(form.phoneNumber)]
  const { rows } = await stack.admin.query<{ id: string; left: number }>(
    `select id, extract(epoch from lives_until - now())::int as left
       from garage_registration where phone_index = $1`,
    index,
  )
  expect(rows[0]?.left).toBeGreaterThan(86_390)
  expect(rows[0]?.left).toBeLessThanOrEqual(86_400)
  expect(endOf(await complete(rows[0]?.id ?? ''))).toEqual(unknown)
  await stack.admin.query(
    'update garage_registration set lives_until = now() where phone_index = $1',
    index,
  )
  expect(endOf(await locate(userId))).toEqual(unknown)
  expect(endOf(await complete(userId))).toEqual(unknown)
  const { user, handle } = await opened()
  expect(user.id).not.toBe(handle)
  expect(endOf(await complete(user.id))).toEqual(unknown)
})

test('while a registration lives, nobody else begins one with its e-mail or its phone', async () => {
  const { form, codes, userId } = await begun()
  const { email, phoneNumber } = form
  const others = [form, ownerForm({ email }), ownerForm({ phoneNumber })]
  for (const other of others) {
    await stack.redis.flushdb()
    const { status, body, headers } = await begin(other)
    expect([status, body.error?.reason, body.errors]).toEqual([
      409,
      'garage_registration_pending',
      [],
    ])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  await verify({ code: codes.email, email })
  await stack.redis.flushdb()
  expect(endOf(await begin(ownerForm({ phoneNumber })))).toEqual([
    409,
    'garage_registration_pending',
  ])
  expect((await locate(userId)).status).toBe(200)
})

test('a registration that died gives way, and its handle and codes with it', async () => {
  const old = await begun()
  await lapse(old.form)
  const { email } = old.form
  const young = await begun(ownerForm({ email }))
  const dead = { code: old.codes.email, phoneNumber: old.form.phoneNumber }
  expect(endOf(await verify(dead))).toEqual([400, 'verification_code_wrong'])
  expect((await verify({ code: young.codes.email, email })).status).toBe(200)
  expect(endOf(await locate(old.userId))).toEqual([404, 'garage_registration_unknown'])
  expect((await locate(young.userId)).status).toBe(200)
})

test('a resend renews a registration whose code ran out', async () => {
  const { form } = await begun()
  await lapse(form)
  const { data } = await resend({ email: form.email })
  await waitOutCooldown(form.phoneNumber)
  expect(endOf(await begin(form))).toEqual([409, 'garage_registration_pending'])
  const { sms: code } = data.otp_for_testing
  expect((await verify({ code, phoneNumber: form.phoneNumber })).status).toBe(200)
})

test('of two who begin with the same e-mail at once one is first, whichever phone they name', async () => {
  const { email } = ownerForm()
  const answers = await Promise.all([
    begin(ownerForm({ email })),
    begin(ownerForm({ email })),
    begin(ownerForm({ email })),
  ])
  expect(endsOf(answers)).toEqual({ '201': 1, garage_registration_pending: 2 })
  const crossed = [ownerForm(), ownerForm()] as const
  const [a, b] = crossed
  const both = await Promise.all([
    begin({ ...a, email: b.email }),
    begin({ ...b, email: a.email }),
    begin(a),
    begin(b),
  ])
  expect(both.every(({ status }) => status === 201 || status === 409)).toBe(true)
})

test('an unknown e-mail is answered like a wrong code, and a resend tells no more', async () => {
  const { email, phoneNumber } = ownerForm()
  expect(endOf(await verify({ code: '123456', email }))).toEqual([400, 'verification_code_wrong'])
  expect(endOf(await resend({ phoneNumber }))).toEqual([409, 'garage_code_not_awaited'])
  expect(endOf(await resend({ email: 'advisor@forecourt.test' }))).toEqual([
    409,
    'garage_code_not_awaited',
  ])
})

test('five requests in a quarter of an hour: by address, by e-mail, by phone and by handle', async () => {
  const from = { 'x-forwarded-for': '203.0.113.77' }
  const step1 = (body: object) => stack.call('POST /auth/register/step1', { body, headers: from })
  for (let number = 0; number < 5; number += 1) await step1(ownerForm())
  const sixth = await step1(ownerForm())
  expect([...endOf(sixth), sixth.body.errors]).toEqual([429, 'too_many_requests', []])
  expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(0)
  const { email, phoneNumber } = ownerForm()
  for (let number = 0; number < 5; number += 1) await begin(ownerForm({ email }))
  expect(endOf(await begin(ownerForm({ email })))).toEqual([429, 'too_many_requests'])
  for (let number = 0; number < 5; number += 1) await begin(ownerForm({ phoneNumber }))
  expect(endOf(await begin(ownerForm({ phoneNumber })))).toEqual([429, 'too_many_requests'])
  const handle = crypto.randomUUID()
  for (let number = 0; number < 5; number += 1) await locate(handle)
  expect(endOf(await locate(handle.toUpperCase()))).toEqual([429, 'too_many_requests'])
  const names = await stack.redis.keys('*')
  const text = names.join(' ')
  for (const secret of [handle, email, phoneNumber.slice(4)]) expect(text).not.toContain(secret)
})

test('one code a minute goes out; who waits keeps the living one', async () => {
  const { form, codes } = await begun()
  expect(endOf(await resend({ email: form.email }))).toEqual([429, 'otp_cooldown'])
  const { phoneNumber } = form
  expect((await verify({ code: codes.sms, phoneNumber })).status).toBe(200)
})

test('a fault of the database costs neither code nor registration', async () => {
  const { userId, form } = await located()
  await stack.admin.query(
    `create function fault() returns trigger language plpgsql as $$
       begin raise exception 'the disk is full'; end $$;
     create trigger fault before insert on garage for each row execute function fault()`,
  )
  const failed = await complete(userId)
  await stack.admin.query('drop trigger fault on garage; drop function fault()')
  expect([failed.status, failed.body.errors]).toEqual([500, []])
  expect(await count('"user" where phone_index = $1', [indexOf(form.phoneNumber)])).toBe(0)
  expect((await complete(userId)).status).toBe(200)
})

test('an Idempotency-Key keeps no answer here', async () => {
  const headers = { 'idempotency-key': 'a-key-of-some-length' }
  const body = ownerForm()
  const { data } = await stack.call<{ userId: string }>('POST /auth/register/step1', {
    body,
    headers,
  })
  expect(data.userId).toBeTruthy()
  const again = await stack.call('POST /auth/register/step1', { body, headers })
  expect(endOf(again)).toEqual([409, 'garage_registration_pending'])
  expect(await count('idempotency')).toBe(0)
})

test('nothing of a garage is told but its codes, until it is open', async () => {
  // What other garages have said may still be on its way.
  const since = new Date().toISOString()
  const { form, userId } = await located()
  const told = (await stack.told()).filter(({ headers }) => (headers['ce_time'] ?? '') > since)
  const types = new Set(told.map(({ type }) => type))
  types.delete('identity.audit.recorded.v1')
  expect([...types]).toEqual(['identity.otp.requested.v1'])
  const { data } = await complete(userId)
  await stack.topics.next('identity.user.created.v1', ({ key }) => key === data.user.id)
  const text = JSON.stringify(await stack.told())
  for (const secret of [userId, form.email, form.phoneNumber, form.password, 'Gil Benedict']) {
    expect(text).not.toContain(secret)
  }
})

test('no audit line holds a handle, a code, a password or a person', async () => {
  const { form, userId, codes } = await begun()
  await verify({ code: otherThan(codes), email: form.email })
  await verify({ code: codes.email, email: form.email })
  await locate(userId)
  const { data } = await complete(userId)
  const line = await stack.topics.next(
    'identity.audit.recorded.v1',
    ({ data: audit }) => audit?.['userId'] === data.user.id,
  )
  expect(line.data).toMatchObject({
    action: 'POST /auth/register/step3',
    role: 'garage_owner',
    serviceCenterId: expect.any(String),
  })
  const all = await stack.told()
  const lines = all.filter(({ type }) => type === 'identity.audit.recorded.v1')
  const text = JSON.stringify(lines.map(({ data: audit }) => audit))
  for (const step of ['register/step1', 'verify', 'register/step2', 'register/step3']) {
    expect(text).toContain(`POST /auth/${step}`)
  }
  const { email, phoneNumber, password } = form
  const { accessToken, refreshToken } = data
  const secrets = [userId, email, phoneNumber, password, `"${codes.email}"`, `"${codes.sms}"`]
  for (const secret of [...secrets, accessToken, refreshToken]) expect(text).not.toContain(secret)
})
