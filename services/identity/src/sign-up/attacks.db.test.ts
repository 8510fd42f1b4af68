import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
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

interface Sent {
  phone: string
  otp_for_testing: string
}

/** A phone that neither a test nor the seed has used yet. */
function newPhone(): string {
  phones += 1
  return `+9198000${String(phones).padStart(5, '0')}`
}
let phones = 0

let people = 0
function somebody() {
  people += 1
  const email = `attacked.${people}@example.com`
  return { name: 'John Doe', email, phone: newPhone(), password: 'password123' }
}

function send(body: object, headers: Record<string, string> = {}) {
  return stack.call<Sent>('POST /customers/send-otp', { body, headers })
}

/** From an address of its own each time, so that the limit per address stops nobody here. */
function verify(phone: string, otp: string, headers: Record<string, string> = {}) {
  addresses += 1
  const from = `198.51.${addresses >> 8}.${addresses & 255}`
  return stack.call<{ customerId: string }>('POST /customers/verify-otp', {
    body: { phone, otp },
    headers: { 'x-forwarded-for': from, ...headers },
  })
}
let addresses = 0

/** A person whose code is on its way; answers the code. */
async function awaited(person: ReturnType<typeof somebody>): Promise<string> {
  const { data, text } = await send(person)
  if (!data) throw new Error(`The form was refused: ${text}`)
  return data.otp_for_testing
}

async function resend(phone: string) {
  await stack.redis.del(`limit:otp:cooldown:${personal.blindIndex('phone', phone)}`)
  return stack.call<Sent>('POST /customers/resend-otp', { body: { phone } })
}

async function count(text: string, values: unknown[] = []): Promise<number> {
  const { rows } = await stack.admin.query(`select count(*)::int as total from ${text}`, values)
  return (rows[0] as { total: number }).total
}

function accountsOf(phone: string) {
  return count('"user" where phone_index = $1', [personal.blindIndex('phone', phone)])
}

/** `{ '201': 1, 'otp_wrong': 3 }` */
function endsOf(answers: { status: number; body: { error?: { reason: string } } }[]) {
  const ends = answers.map(({ status, body }) => body.error?.reason ?? String(status))
  const counted = [...Map.groupBy(ends, (end) => end)].map(([end, all]) => [end, all.length])
  return Object.fromEntries(counted) as Record<string, number>
}

function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}

/** Lifts the limit of requests per phone, so that only the code's own budgets are left. */
async function liftLimits(): Promise<void> {
  const limits = await stack.redis.keys('limit:customers.*')
  if (limits.length > 0) await stack.redis.del(limits)
}

/** As many requests at once as the limit per phone lets through, again and again. */
async function storm(total: number, ask: () => ReturnType<typeof verify>) {
  const all: Awaited<ReturnType<typeof verify>>[] = []
  while (all.length < total) {
    await liftLimits()
    all.push(...(await Promise.all(Array.from({ length: 5 }, ask))))
  }
  return all
}

test('sixteen right codes at once open one account', async () => {
  const person = somebody()
  const otp = await awaited(person)
  const lift = setInterval(() => void liftLimits(), 1)
  const answers = await Promise.all(
    Array.from({ length: 16 }, () => verify(person.phone, otp)),
  ).finally(() => clearInterval(lift))
  const { 201: made, ...late } = endsOf(answers)
  expect(made).toBe(1)
  const politely = ['otp_wrong', 'otp_expired', 'otp_budget_spent', 'too_many_requests']
  expect(new Set(Object.keys(late)).difference(new Set(politely))).toEqual(new Set())
  expect(await accountsOf(person.phone)).toBe(1)
  const { data } = answers.find(({ status }) => status === 201) ?? {}
  const told = (await stack.told()).filter(({ key }) => key === data?.customerId)
  expect(told.map(({ type }) => type)).toEqual(['identity.user.created.v1'])
})

test('fifty wrong codes at once are three comparisons, and the right one comes too late', async () => {
  const person = somebody()
  const otp = await awaited(person)
  const answers = await storm(50, () => verify(person.phone, otherThan(otp)))
  expect(endsOf(answers)['otp_wrong']).toBe(3)
  expect(answers.every(({ status }) => status === 400 || status === 429)).toBe(true)
  const index = personal.blindIndex('phone', person.phone)
  expect(await count('otp where destination_indexes[1] = $1 and attempts = 3', [index])).toBe(1)
  expect(await stack.redis.zcard(`otp:wrong:${index}`)).toBe(3)
  await liftLimits()
  expect((await verify(person.phone, otp)).body.error?.reason).toBe('otp_exhausted')
  expect(await accountsOf(person.phone)).toBe(0)
})

test('a resend gives no more than ten wrong codes a day, and a new form neither', async () => {
  const person = somebody()
  let otp = await awaited(person)
  let wrong = 0
  for (let round = 0; round < 4; round += 1) {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await liftLimits()
      const { body } = await verify(person.phone, otherThan(otp))
      if (body.error?.reason === 'otp_wrong') wrong += 1
    }
    await liftLimits()
    const { data } = round === 2 ? await sendAgain(person) : await resend(person.phone)
    otp = data.otp_for_testing
  }
  expect(wrong).toBe(10)
  await liftLimits()
  const right = await verify(person.phone, otp)
  expect([right.status, right.body.error?.reason]).toEqual([429, 'otp_budget_spent'])
})

async function sendAgain(person: ReturnType<typeof somebody>) {
  await stack.redis.del(`limit:otp:cooldown:${personal.blindIndex('phone', person.phone)}`)
  return send(person)
}

test('a code that a newer one has replaced, and one that was used, are worth nothing', async () => {
  const person = somebody()
  const first = await awaited(person)
  const { otp_for_testing: second } = (await resend(person.phone)).data
  // One time in a million they are the same.
  const old = await verify(person.phone, first === second ? otherThan(second) : first)
  expect([old.status, old.body.message]).toEqual([400, 'Invalid OTP'])
  expect((await verify(person.phone, second)).status).toBe(201)
  const replayed = await verify(person.phone, second)
  expect([replayed.status, replayed.body.message]).toEqual([400, 'Invalid OTP'])
  expect(await accountsOf(person.phone)).toBe(1)
})

test('two codes that are swapped between two phones open neither account', async () => {
  const [one, other] = [somebody(), somebody()]
  const codes = [await awaited(one), await awaited(other)]
  if (codes[0] === codes[1]) return
  expect((await verify(one.phone, codes[1] ?? '')).body.error?.reason).toBe('otp_wrong')
  expect((await verify(other.phone, codes[0] ?? '')).body.error?.reason).toBe('otp_wrong')
  expect([await accountsOf(one.phone), await accountsOf(other.phone)]).toEqual([0, 0])
})

test('verify and resend do not tell a phone with an account from one without', async () => {
  const member = somebody()
  await verify(member.phone, await awaited(member))
  const answers = [member.phone, newPhone(), '+919000000003'].map(async (phone) => {
    const told = ({ status, body: { message, error } }: Awaited<ReturnType<typeof verify>>) => ({
      status,
      message,
      error,
    })
    const resent = await stack.call<{ customerId: string }>('POST /customers/resend-otp', {
      body: { phone },
    })
    return [told(await verify(phone, '123456')), told(resent)]
  })
  const [known, unknown, staff] = await Promise.all(answers)
  expect(known).toEqual(unknown)
  expect(staff).toEqual(unknown)
})

test('two forms of one phone that come at once: one waits, the other is told to', async () => {
  const person = somebody()
  const twice = await Promise.all([send(person), send(person)])
  expect(endsOf(twice)).toEqual({ '200': 1, otp_cooldown: 1 })
  const another = somebody()
  const both = await Promise.all([send(another), send({ ...another, name: 'Jane Doe' })])
  expect(endsOf(both)[200]).toBe(1)
  expect(
    await count('sign_up where phone_index = $1', [personal.blindIndex('phone', another.phone)]),
  ).toBe(1)
  const sent = both.find(({ status }) => status === 200)
  expect((await verify(another.phone, sent?.data.otp_for_testing ?? '')).status).toBe(201)
})

test('of two phones that claim one e-mail the first proved has it, and the other keeps the code', async () => {
  const one = somebody()
  const other = { ...somebody(), email: one.email }
  const codes = [await awaited(one), await awaited(other)]
  const answers = await Promise.all([
    verify(one.phone, codes[0] ?? ''),
    verify(other.phone, codes[1] ?? ''),
  ])
  expect(endsOf(answers)).toEqual({ '201': 1, account_exists: 1 })
  expect(
    await count('"user" where email_index = $1', [personal.blindIndex('email', one.email)]),
  ).toBe(1)
  expect(await count('otp where consumed_at is null and proved_at is not null')).toBe(1)
})

test('an Idempotency-Key keeps no answer here: a repetition meets the rules anew', async () => {
  const person = somebody()
  const key = { 'idempotency-key': 'a-key-of-some-length' }
  const sent = await send(person, key)
  expect((await send(person, key)).body.error?.reason).toBe('otp_cooldown')
  const { otp_for_testing: otp } = sent.data
  expect((await verify(person.phone, otp, key)).status).toBe(201)
  expect((await verify(person.phone, otp, key)).body.message).toBe('Invalid OTP')
  expect(await count('idempotency')).toBe(0)
})

test('a fault of the database in the middle costs neither the code nor a try', async () => {
  const person = somebody()
  const otp = await awaited(person)
  await stack.admin.query(
    `create function fault() returns trigger language plpgsql as $$
       begin raise exception 'the disk is full'; end $$;
     create trigger fault before insert on "user" for each row execute function fault()`,
  )
  const failed = await verify(person.phone, otp)
  await stack.admin.query('drop trigger fault on "user"; drop function fault()')
  expect(failed.status).toBe(500)
  expect(failed.text).not.toContain('disk')
  expect((await verify(person.phone, otp)).status).toBe(201)
})

test('five requests in a quarter of an hour, by phone and by address, whatever form is sent', async () => {
  const from = { 'x-forwarded-for': '203.0.113.9' }
  for (let number = 0; number < 5; number += 1) await send(somebody(), from)
  const byAddress = await send(somebody(), from)
  expect([byAddress.status, byAddress.body.error?.reason]).toEqual([429, 'too_many_requests'])
  const { phone } = somebody()
  for (let number = 0; number < 5; number += 1) await verify(phone, '000000')
  const byPhone = await verify(phone, '000000')
  expect([byPhone.status, byPhone.body.error?.reason]).toEqual([429, 'too_many_requests'])
  expect(Number(byPhone.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('no audit line holds a code, a password or a whole phone', async () => {
  const person = somebody()
  const otp = await awaited(person)
  const { data } = await verify(person.phone, otp)
  const line = await stack.topics.next(
    'identity.audit.recorded.v1',
    ({ data: audit }) => audit?.['userId'] === data.customerId,
  )
  expect(line.data).toMatchObject({ action: 'POST /customers/verify-otp', role: 'mobile_user' })
  const all = await stack.told()
  const lines = all.filter(({ type }) => type === 'identity.audit.recorded.v1')
  const text = JSON.stringify(lines.map(({ data: audit }) => audit))
  expect(text).toContain('POST /customers/send-otp')
  for (const secret of [person.phone, person.email, person.password, `"${otp}"`]) {
    expect(text).not.toContain(secret)
  }
})
