import { randomUUID } from 'node:crypto'
import { normalizePhone } from '@forecourt/contracts/phone'
import { inTransaction, statements } from '@forecourt/platform/database'
import type { personalData } from '@forecourt/platform/personal'
import { connectRedis } from '@forecourt/platform/redis'
import { limiterOver } from '@forecourt/platform/limit'
import { Problem } from '@forecourt/platform/problem'
import { systemScope } from '@forecourt/platform/scope'
import { service } from '@forecourt/platform/service'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { OtpConfig, openOtp, type OtpMeans } from './means.ts'
import { sendCode, type Sending, type Sent } from './send.ts'
import { consumeCode, refusalOf, verifyCode, type Judgement } from './verify.ts'

const sender = service({
  name: 'identity',
  about: 'Sends codes',
  config: OtpConfig,
  migrations: [new URL('../migrations/', import.meta.url)],
  means: ({ config, redis, personal }) => ({ otp: openOtp(config, redis), personal }),
  endpoints: [],
})

let stack: Stack
let otp: OtpMeans
let indexOf: (phone: string) => string
beforeAll(async () => {
  stack = await openStack(sender, { APP_DEBUG: 'true' })
  const means = stack.house.means as {
    otp: OtpMeans
    personal: ReturnType<typeof personalData>
  }
  otp = means.otp
  indexOf = (phone) => means.personal.blindIndex('phone', phone)
})
afterAll(() => stack?.close())
beforeEach(async () => {
  await stack.redis.flushdb()
  await stack.admin.query('delete from otp')
})

const policy = { purpose: 'registration', length: 6, lifeS: 600, tries: 3 }
const phone = '+919876543210'

function sendingOf(changes: Partial<Sending> = {}, to = phone): Sending {
  const recipient = { destination: to, index: indexOf(to), channels: ['sms', 'whatsapp'] as const }
  return {
    policy,
    subject: randomUUID(),
    body: 'the form',
    to: [{ ...recipient, channels: [...recipient.channels] }],
    address: null,
    serviceCenterId: null,
    ...changes,
  }
}

async function send(sending: Sending, by = otp): Promise<Sent & { code: string }> {
  const sent = await inTransaction(stack.pool, systemScope(), (db) => sendCode(by, db, sending))
  return { ...sent, code: sent.codes?.[0] ?? '' }
}

/** Sends without waiting for the cooldown. */
async function sendAgain(sending: Sending) {
  await stack.redis.del(`limit:otp:cooldown:${indexOf(phone)}`)
  return send(sending)
}

function present(subject: string, code: string, by = otp, purpose = policy.purpose) {
  const db = statements<object>(stack.pool, systemScope(), 'read write')
  return verifyCode(by, db, { policy: { purpose }, subject, code })
}

function consume(otpId: string): Promise<boolean> {
  return inTransaction(stack.pool, systemScope(), (db) => consumeCode(db, otpId))
}

async function kept(id: string) {
  const { rows } = await stack.admin.query('select * from otp where id = $1', [id])
  return rows[0] as Record<string, unknown>
}

function endsOf(judged: (Judgement | Problem)[]): Record<string, number> {
  const ends = judged.map((one) => (one instanceof Problem ? one.reason : one.end))
  return Object.fromEntries(
    [...Map.groupBy(ends, (end) => end)].map(([end, all]) => [end, all.length]),
  )
}

function orProblem<Result>(work: Promise<Result>): Promise<Result | Problem> {
  return work.catch((error: unknown) => {
    if (error instanceof Problem) return error
    throw error
  })
}

function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}

async function reasonOf(work: Promise<unknown>): Promise<string | undefined> {
  const ended = await orProblem(work)
  return ended instanceof Problem ? ended.reason : undefined
}

test('fifty wrong guesses at once are three comparisons', async () => {
  const { subject, ...rest } = sendingOf()
  const { otpId, code } = await send({ subject, ...rest })
  const judged = await Promise.all(
    Array.from({ length: 50 }, () => orProblem(present(subject, otherThan(code)))),
  )
  expect(endsOf(judged)['wrong']).toBe(3)
  expect(endsOf(judged)['proved']).toBeUndefined()
  expect(await kept(otpId)).toMatchObject({ attempts: 3, proved_at: null })
  expect(await stack.redis.zcard(`otp:wrong:${indexOf(phone)}`)).toBe(3)
  // The right one comes too late.
  expect(await present(subject, code)).toEqual({ end: 'exhausted' })
})

test('of sixteen right codes at once exactly one is used', async () => {
  const sending = sendingOf()
  const { code } = await send(sending)
  const used = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const judged = await orProblem(present(sending.subject, code))
      if (judged instanceof Problem || judged.end !== 'proved') return false
      return consume(judged.otpId)
    }),
  )
  expect(used.filter(Boolean)).toHaveLength(1)
})

test('two wrong codes and the right one at once: the right one counts', async () => {
  const sending = sendingOf()
  const { code } = await send(sending)
  const wrong = otherThan(code)
  const judged = await Promise.all([wrong, code, wrong].map((one) => present(sending.subject, one)))
  expect(endsOf(judged)).toEqual({ wrong: 2, proved: 1 })
})

test('a proved code may be presented again, uncounted, until it is consumed', async () => {
  const sending = sendingOf()
  const { code, otpId } = await send(sending)
  for (let times = 0; times < 5; times += 1) {
    expect(await present(sending.subject, code)).toEqual({ end: 'proved', otpId, recipient: 1 })
  }
  expect(await kept(otpId)).toMatchObject({ attempts: 1 })
  expect(await consume(otpId)).toBe(true)
  expect(await consume(otpId)).toBe(false)
  const replayed = await present(sending.subject, code)
  expect(replayed).toEqual({ end: 'consumed' })
  expect(refusalOf({ end: 'consumed' })).toMatchObject({ reason: 'otp_wrong', status: 400 })
})

test('a proved code cannot be guessed at for ever', async () => {
  const sending = sendingOf()
  const { code } = await send(sending)
  const wrong = otherThan(code)
  const ends: string[] = []
  for (const one of [code, wrong, wrong, wrong, code]) {
    ends.push((await present(sending.subject, one)).end)
  }
  expect(ends).toEqual(['proved', 'wrong', 'wrong', 'wrong', 'expired'])
})

test('ten wrong codes within a day close a phone, and a new code does not open it', async () => {
  const sending = sendingOf()
  let wrong = 0
  let refused: string | undefined
  for (let codes = 0; codes < 20 && !refused; codes += 1) {
    await stack.redis.del(`limit:otp:hour:${indexOf(phone)}`, `limit:otp:day:${indexOf(phone)}`)
    const { code } = await sendAgain(sending)
    for (let tries = 0; tries < 3 && !refused; tries += 1) {
      const judged = await orProblem(present(sending.subject, otherThan(code)))
      if (judged instanceof Problem) refused = judged.reason
      else if (judged.end === 'wrong') wrong += 1
    }
  }
  expect({ wrong, refused }).toEqual({ wrong: 10, refused: 'otp_budget_spent' })
  const other = sendingOf({ policy: { ...policy, purpose: 'login' } })
  const { code } = await sendAgain(other)
  expect(await reasonOf(present(other.subject, code, otp, 'login'))).toBe('otp_budget_spent')
  expect(await stack.redis.pttl(`otp:wrong:${indexOf(phone)}`)).toBeGreaterThan(86_000_000)
})

test('a right code forgets the wrong ones of its phone', async () => {
  const sending = sendingOf()
  const { code } = await send(sending)
  await present(sending.subject, otherThan(code))
  expect(await stack.redis.zcard(`otp:wrong:${indexOf(phone)}`)).toBe(1)
  await present(sending.subject, code)
  expect(await stack.redis.exists(`otp:wrong:${indexOf(phone)}`)).toBe(0)
})

test("a code dies by the database's clock", async () => {
  const sending = sendingOf()
  const begun = Date.now()
  const { code, otpId, expiresAt } = await send(sending)
  expect(Date.parse(expiresAt)).toBeGreaterThan(begun + 590_000)
  await stack.admin.query(`update otp set expires_at = now() - interval '1 second'`)
  expect(await present(sending.subject, code)).toEqual({ end: 'expired' })
  expect(await kept(otpId)).toMatchObject({ attempts: 0 })
})

test('a proved code that expires before it is consumed opens nothing', async () => {
  const sending = sendingOf()
  const { code, otpId } = await send(sending)
  await present(sending.subject, code)
  await stack.admin.query(`update otp set expires_at = now() - interval '1 second'`)
  expect(await consume(otpId)).toBe(false)
})

test('after a resend the old code is wrong and the new one right', async () => {
  const sending = sendingOf()
  const old = await send(sending)
  const fresh = await sendAgain(sending)
  expect((await present(sending.subject, old.code)).end).toBe('wrong')
  expect((await present(sending.subject, fresh.code)).end).toBe('proved')
  expect(await kept(old.otpId)).toMatchObject({ voided_at: expect.any(Date) })
})

test('twenty resends at once send one code; a throttled one leaves the living code', async () => {
  const sending = sendingOf()
  const first = await send(sending)
  const none = await Promise.all(Array.from({ length: 20 }, () => orProblem(send(sending))))
  expect(none.every((one) => one instanceof Problem && one.reason === 'otp_cooldown')).toBe(true)
  expect((await present(sending.subject, first.code)).end).toBe('proved')

  await stack.redis.del(`limit:otp:cooldown:${indexOf(phone)}`)
  const one = await Promise.all(Array.from({ length: 20 }, () => orProblem(send(sending))))
  expect(one.filter((sent) => !(sent instanceof Problem))).toHaveLength(1)
  const { rows } = await stack.admin.query('select from otp where voided_at is null')
  expect(rows).toHaveLength(1)
})

test('a code means nothing for another purpose, phone or registration', async () => {
  const sending = sendingOf()
  const { code } = await send(sending)
  const other = sendingOf({}, '+919876543211')
  const login = sendingOf({ policy: { ...policy, purpose: 'login' } }, '+919876543212')
  await send(other)
  await send(login)
  expect((await present(other.subject, code)).end).toBe('wrong')
  expect((await present(login.subject, code, otp, 'login')).end).toBe('wrong')
  expect((await present(sending.subject, code, otp, 'login')).end).toBe('expired')
  expect((await present(randomUUID(), code)).end).toBe('expired')
})

test('a digest moved to another row is no longer right there', async () => {
  const sending = sendingOf()
  const { code } = await send(sending)
  const other = sendingOf({}, '+919876543211')
  await send(other)
  await stack.admin.query(
    `update otp set digests = (select digests from otp where subject = $1) where subject = $2`,
    [sending.subject, other.subject],
  )
  expect((await present(other.subject, code)).end).toBe('wrong')
})

test('a counter cannot be tampered into more tries, and no tries are none', async () => {
  const sending = sendingOf({ policy: { ...policy, tries: 0 } })
  const { code } = await send(sending)
  expect((await present(sending.subject, code)).end).toBe('exhausted')
  const tampered = stack.admin.query('update otp set attempts = -100')
  await expect(tampered).rejects.toThrow('otp_attempts_in_budget')

  const other = sendingOf({}, '+919876543211')
  const sent = await send(other)
  await stack.admin.query('alter table otp drop constraint otp_attempts_in_budget')
  await stack.admin.query('update otp set attempts = -100 where id = $1', [sent.otpId])
  expect((await present(other.subject, sent.code)).end).toBe('exhausted')
})

test('a code under a key that the ring no longer has is refused and costs no try', async () => {
  const sending = sendingOf()
  const { code, otpId } = await send(sending)
  const secret = Buffer.from(testSecrets.OTP_KEYS.slice(2), 'base64')
  const rotated = { ...otp, keys: [{ version: '2', secret: Buffer.alloc(32, 9) }] }
  expect(await present(sending.subject, code, rotated)).toEqual({ end: 'expired' })
  const swapped = { ...otp, keys: [{ version: '1', secret: Buffer.alloc(32, 9) }] }
  expect((await present(sending.subject, code, swapped)).end).toBe('wrong')
  const both = { ...otp, keys: [...rotated.keys, { version: '1', secret }] }
  expect((await present(sending.subject, code, both)).end).toBe('proved')
  expect(await kept(otpId)).toMatchObject({ attempts: 2, key_version: '1' })
})

test('a living code refuses another body for free, and the same body renews it', async () => {
  const sending = sendingOf()
  await send(sending)
  const keys = await stack.redis.keys('*')
  const refused = await orProblem(send(sendingOf({ body: 'another form' })))
  expect(refused).toMatchObject({ reason: 'registration_pending', status: 409 })
  expect((refused as Problem).details.retryAfterS).toBeGreaterThan(590)
  await stack.redis.flushdb()
  expect(await reasonOf(send(sendingOf({ body: 'another form' })))).toBe('registration_pending')
  expect(await stack.redis.keys('*')).toEqual([])
  expect(keys).toHaveLength(4)
  expect((await send(sending)).codes).toHaveLength(1)
})

test('one code in 60 seconds, 5 in an hour; a refusal says how long to wait', async () => {
  const sending = sendingOf()
  await send(sending)
  const cooling = (await orProblem(send(sending))) as Problem
  expect(cooling.reason).toBe('otp_cooldown')
  expect(cooling.details.retryAfterS).toBeGreaterThan(55)
  expect(cooling.details.retryAfterS).toBeLessThanOrEqual(60)
  for (let sent = 1; sent < 5; sent += 1) await sendAgain(sending)
  expect(await reasonOf(sendAgain(sending))).toBe('otp_budget_spent')
  // The refusal gave the cooldown back.
  expect(await reasonOf(send(sending))).toBe('otp_budget_spent')
})

test('every spelling of a phone is one phone to the budgets', async () => {
  const spellings = ['+91 98765 43210', '09876543210', '+919876543210', '९८७६५ ४३२१०']
  const phones = spellings.map((typed) => normalizePhone(typed, '+91') ?? typed)
  const body = 'the form'
  await send(sendingOf({ body }, phones[0]))
  const ends = await Promise.all(phones.map((one) => reasonOf(send(sendingOf({ body }, one)))))
  expect(new Set(ends)).toEqual(new Set(['otp_cooldown']))
})

test('a country that is not served gets no code, and the refusal takes nothing', async () => {
  expect(await reasonOf(send(sendingOf({}, '+4915112345678')))).toBe('country_not_served')
  expect(await stack.redis.keys('*')).toEqual([])
  const production = { ...otp, countries: ['IN', 'AE'] }
  expect(await reasonOf(send(sendingOf({}, '+12025550123'), production))).toBe('country_not_served')
  expect((await send(sendingOf({}, '+971501234567'))).codes).toHaveLength(1)
})

test("a country's messages of the day are counted, and end", async () => {
  const few = { ...otp, dailyMessagesPerCountry: 4 }
  const ended: (string | undefined)[] = []
  for (const last of ['1', '2', '3']) {
    ended.push(await reasonOf(send(sendingOf({}, `+91987654321${last}`), few)))
  }
  expect(ended).toEqual([undefined, undefined, 'otp_capped'])
  expect(await stack.redis.ttl('otp:country:IN')).toBeGreaterThan(86_000)
  expect((await send(sendingOf({}, '+971501234567'), few)).codes).toHaveLength(1)
})

test('a code by e-mail alone costs no country a message, and has the same budgets', async () => {
  const few = { ...otp, dailyMessagesPerCountry: 2 }
  const mail = { destination: 'omar@example.com', index: 'mail', channels: ['email' as const] }
  const sending = sendingOf({ to: [mail] })
  expect((await send(sending, few)).codes).toHaveLength(1)
  expect(await reasonOf(send(sending, few))).toBe('otp_cooldown')
  expect(await stack.redis.keys('otp:country:*')).toEqual([])
  expect((await send(sendingOf({}, '+919876543211'), few)).codes).toHaveLength(1)
})

test('twenty codes an hour go out for one address', async () => {
  const ended: (string | undefined)[] = []
  for (let sent = 0; sent < 21; sent += 1) {
    const to = `+9198765${String(sent).padStart(5, '0')}`
    ended.push(await reasonOf(send(sendingOf({ address: '203.0.113.7' }, to))))
  }
  expect(ended.filter((reason) => reason === undefined)).toHaveLength(20)
  expect(ended.at(-1)).toBe('otp_budget_spent')
})

test('two codes of one sending share their tries, and tell who was proved', async () => {
  const [recipient] = sendingOf().to
  const mail = { destination: 'omar@example.com', index: 'mail', channels: ['email' as const] }
  const sending = sendingOf({ to: [recipient, mail] })
  const { codes = [], requested, otpId } = await send(sending)
  expect(requested.map(({ channels }) => channels)).toEqual([['sms', 'whatsapp'], ['email']])
  const wrong = otherThan(
    codes.includes(otherThan(codes[0] ?? '')) ? (codes[1] ?? '') : (codes[0] ?? ''),
  )
  expect((await present(sending.subject, wrong)).end).toBe('wrong')
  expect(await present(sending.subject, codes[1] ?? '')).toMatchObject({
    end: 'proved',
    recipient: 2,
  })
  expect(await kept(otpId)).toMatchObject({ attempts: 2, proved_code: 2 })
})

test('a transaction that fails gives its budgets back, and sends nothing', async () => {
  const sending = sendingOf({ subject: 'not an id' })
  await expect(send(sending)).rejects.toThrow('invalid input syntax for type uuid')
  expect((await send({ ...sending, subject: randomUUID() })).codes).toHaveLength(1)
})

test('without Redis nobody sends and nobody guesses', async () => {
  const sending = sendingOf()
  const { code } = await send(sending)
  const redis = connectRedis('redis://127.0.0.1:1', stack.house.log)
  const away = { ...otp, redis, limiter: limiterOver(redis) }
  expect(await reasonOf(present(sending.subject, code, away))).toBe('service_unavailable')
  const other = sendingOf({}, '+919876543211')
  expect(await reasonOf(send(other, away))).toBe('service_unavailable')
  const { rows } = await stack.admin.query('select attempts from otp')
  expect(rows).toEqual([{ attempts: 0 }])
  redis.disconnect()
})
