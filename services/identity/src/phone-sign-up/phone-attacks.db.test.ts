import { KeyRing, readConfig } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import { open } from '@forecourt/platform/run'
import { caller } from '@forecourt/testing/caller'
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
const indexOf = (phone: string) => personal.blindIndex('phone', phone)

interface Sent {
  otp_for_testing: string
}

function newDigits(): string {
  phones += 1
  return `95${String(phones).padStart(8, '0')}`
}
let phones = 0

/** From an address of its own each time, so that the limit per address stops nobody here. */
function elsewhere() {
  addresses += 1
  return { 'x-forwarded-for': `198.51.${addresses >> 8}.${addresses & 255}` }
}
let addresses = 0

function ask(phone: string, country_code = '+91', headers = elsewhere()) {
  return stack.call<Sent>('POST /auth/register', { body: { phone, country_code }, headers })
}

function verify(phone: string, otp: string, headers = elsewhere()) {
  return stack.call('POST /auth/verify-registration-otp', { body: { phone, otp }, headers })
}

/** Lifts the limits of requests and the cooldown, so that only the code's own budgets are left. */
async function liftLimits(): Promise<void> {
  const limits = await stack.redis.keys('limit:*')
  if (limits.length > 0) await stack.redis.del(limits)
}

async function asked(digits: string): Promise<string> {
  const { data, text } = await ask(digits)
  if (!data) throw new Error(text)
  return data.otp_for_testing
}

const otherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

const accountsOf = async (phone: string) =>
  (await stack.admin.query('select from "user" where phone_index = $1', [indexOf(phone)])).rowCount

function endOf({ status, body }: Pick<Awaited<ReturnType<typeof verify>>, 'status' | 'body'>) {
  return body.error?.reason ?? String(status)
}

test('sixteen right codes at once open one account', async () => {
  const digits = newDigits()
  const otp = await asked(digits)
  const lift = setInterval(() => void liftLimits(), 1)
  const answers = await Promise.all(Array.from({ length: 16 }, () => verify(digits, otp))).finally(
    () => clearInterval(lift),
  )
  const ends = answers.map(endOf)
  expect(ends.filter((end) => end === '201')).toHaveLength(1)
  const politely = ['201', 'phone_registered', 'phone_code_wrong', 'too_many_requests']
  const others = new Set([...politely, 'phone_code_expired', 'otp_budget_spent'])
  expect(new Set(ends).difference(others)).toEqual(new Set())
  expect(await accountsOf(`+91${digits}`)).toBe(1)
})

test('thirty wrong codes at once are three comparisons, and the right one comes too late', async () => {
  const digits = newDigits()
  const otp = await asked(digits)
  const ends: string[] = []
  while (ends.length < 30) {
    await liftLimits()
    const guesses = Array.from({ length: 5 }, () => verify(digits, otherThan(otp)))
    ends.push(...(await Promise.all(guesses)).map(endOf))
  }
  expect(ends.filter((end) => end === 'phone_code_wrong')).toHaveLength(3)
  expect(await stack.redis.zcard(`otp:wrong:${indexOf(`+91${digits}`)}`)).toBe(3)
  await liftLimits()
  expect(endOf(await verify(digits, otp))).toBe('otp_exhausted')
  expect(await accountsOf(`+91${digits}`)).toBe(0)
})

test('asking anew gives no more than ten wrong codes a day', async () => {
  const digits = newDigits()
  let otp = await asked(digits)
  let wrong = 0
  for (let round = 0; round < 4; round += 1) {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await liftLimits()
      if (endOf(await verify(digits, otherThan(otp))) === 'phone_code_wrong') wrong += 1
    }
    await liftLimits()
    otp = await asked(digits)
  }
  expect(wrong).toBe(10)
  await liftLimits()
  expect(endOf(await verify(digits, otp))).toBe('otp_budget_spent')
})

test('a code that a newer one has replaced, and one that was used, are worth nothing', async () => {
  const digits = newDigits()
  const first = await asked(digits)
  await liftLimits()
  const second = await asked(digits)
  const old = await verify(digits, first === second ? otherThan(second) : first)
  expect(endOf(old)).toBe('phone_code_wrong')
  expect(endOf(await verify(digits, second))).toBe('201')
  expect(endOf(await verify(digits, second))).toBe('phone_registered')
  expect(await accountsOf(`+91${digits}`)).toBe(1)
})

test('two codes that are swapped between two phones open neither account', async () => {
  const [one, other] = [newDigits(), newDigits()]
  const codes = [await asked(one), await asked(other)]
  const isSame = codes[0] === codes[1]
  const swapped = [
    await verify(one, isSame ? otherThan(codes[1] ?? '') : (codes[1] ?? '')),
    await verify(other, isSame ? otherThan(codes[0] ?? '') : (codes[0] ?? '')),
  ]
  expect(swapped.map(endOf)).toEqual(['phone_code_wrong', 'phone_code_wrong'])
  expect([await accountsOf(`+91${one}`), await accountsOf(`+91${other}`)]).toEqual([0, 0])
})

test('who names the same digits in another country gets no account of the first phone', async () => {
  const digits = newDigits()
  const mine = await asked(digits)
  const theirs = (await ask(digits, '+1')).data.otp_for_testing
  const both = await Promise.all([verify(digits, mine), verify(digits, theirs)])
  const opened = both.flatMap(({ data }) => data?.['customer'] ?? [])
  // One time in a million both codes are the same.
  const countries = opened.map((customer) => (customer as { country_code: string }).country_code)
  expect(new Set([...countries, '+1'])).toEqual(new Set(['+1']))
  expect(await accountsOf(`+91${digits}`)).toBe(0)
})

test('two who ask for one phone at once: one is sent a code, the other is told to wait', async () => {
  const digits = newDigits()
  const both = await Promise.all([ask(digits), ask(digits)])
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 429]))
  const code = both.find(({ status }) => status === 200)?.data.otp_for_testing ?? ''
  expect(endOf(await verify(digits, code))).toBe('201')
})

test('five requests in a quarter of an hour, by phone and by address', async () => {
  const from = { 'x-forwarded-for': '203.0.113.9' }
  for (let number = 0; number < 5; number += 1) await ask(newDigits(), '+91', from)
  const byAddress = await ask(newDigits(), '+91', from)
  expect([byAddress.status, byAddress.body.error?.reason]).toEqual([429, 'too_many_requests'])
  const digits = newDigits()
  for (let number = 0; number < 5; number += 1) await verify(digits, '000000')
  const byPhone = await verify(digits, '000000')
  expect([byPhone.status, byPhone.body.error?.reason]).toEqual([429, 'too_many_requests'])
})

test('an Idempotency-Key keeps no answer here: a repetition meets the rules anew', async () => {
  const digits = newDigits()
  const key = { ...elsewhere(), 'idempotency-key': 'a-key-of-some-length' }
  const { otp_for_testing: otp } = (await ask(digits, '+91', key)).data
  expect(endOf(await ask(digits, '+91', key))).toBe('otp_cooldown')
  expect(endOf(await verify(digits, otp, key))).toBe('201')
  expect(endOf(await verify(digits, otp, key))).toBe('phone_registered')
})

test('a fault of the database in the middle costs neither the code nor a try', async () => {
  const digits = newDigits()
  const otp = await asked(digits)
  await stack.admin.query(
    `create function fault() returns trigger language plpgsql as $$
       begin raise exception 'the disk is full'; end $$;
     create trigger fault before insert on profile for each row execute function fault()`,
  )
  const failed = await verify(digits, otp)
  await stack.admin.query('drop trigger fault on profile; drop function fault()')
  expect([failed.status, failed.text.includes('disk')]).toEqual([500, false])
  const { data, status } = await verify(digits, otp)
  expect(status).toBe(201)
  // What was undone took no number of the user name.
  expect(data['customer']).toMatchObject({ username: `user_${digits.slice(-8)}` })
})

test('what a body says beyond its fields has no effect', async () => {
  const digits = newDigits()
  const extra = { role: 'admin', status: 'active', id: crypto.randomUUID(), username: 'root' }
  const { data } = await stack.call<Sent>('POST /auth/register', {
    body: { phone: digits, country_code: '+91', ...extra },
    headers: elsewhere(),
  })
  await verify(digits, data.otp_for_testing)
  const { rows } = await stack.admin.query(
    'select role, status from "user" where phone_index = $1',
    [indexOf(`+91${digits}`)],
  )
  expect(rows).toEqual([{ role: 'mobile_user', status: 'active' }])
})

test.each([
  ['the messages of the day are used up', { OTP_DAILY_MESSAGES_PER_COUNTRY: '1' }],
  ['nobody brings messages to phones', { SMS_PROVIDER: 'none' }],
])('where %s a developer is shown the code', async (_why, settings) => {
  const mute = { ...stack.env, PORT: '0', ...settings }
  const developer = await open(identity, mute)
  const bought = await open(identity, { ...mute, APP_DEBUG: 'false' })
  const digits = newDigits()
  const from = (url: string) =>
    caller(url)<Sent>('POST /auth/register', { body: { phone: digits, country_code: '+91' } })
  await stack.redis.set('otp:country:IN', '1', 'EX', 600)
  const refused = await from(bought.url)
  expect([refused.status, refused.body.success, refused.body.message]).toEqual([
    500,
    false,
    'Failed to send OTP. Please try again.',
  ])
  // Our fault costs the person nothing, not even the cooldown.
  const shown = await from(developer.url)
  expect([shown.status, shown.body.message]).toEqual([
    200,
    'Registration initiated (SMS failed, check logs)',
  ])
  expect(shown.data).toEqual({
    phone: digits,
    expires_in_minutes: 10,
    otp_for_testing: expect.stringMatching(/^\d{6}$/),
    message: 'Please verify OTP to complete registration',
  })
  expect(endOf(await verify(digits, shown.data.otp_for_testing))).toBe('201')
  await Promise.all([developer.close(), bought.close()])
})
