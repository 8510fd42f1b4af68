import { randomUUID } from 'node:crypto'
import { inTransaction, statements } from '@forecourt/platform/database'
import { Problem } from '@forecourt/platform/problem'
import { systemScope } from '@forecourt/platform/scope'
import { service } from '@forecourt/platform/service'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { OtpConfig, openOtp, type OtpMeans } from './means.ts'
import { sendCode } from './send.ts'
import { verifyCode } from './verify.ts'

const sender = service({
  name: 'identity',
  about: 'Sends codes to several destinations',
  config: OtpConfig,
  migrations: [new URL('../migrations/', import.meta.url)],
  means: ({ config, redis }) => ({ otp: openOtp(config, redis) }),
  endpoints: [],
})

let stack: Stack
let otp: OtpMeans
beforeAll(async () => {
  stack = await openStack(sender, { APP_DEBUG: 'true' })
  otp = (stack.house.means as { otp: OtpMeans }).otp
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

const policy = { purpose: 'garage', length: 6, lifeS: 600, tries: 3 }
const email = 'omar@example.com'

/** A phone and Omar's e-mail, each with a code of its own. */
async function send(phone: string, means = otp) {
  const subject = randomUUID()
  const { codes = [], requested } = await inTransaction(stack.pool, systemScope(), (db) =>
    sendCode(means, db, {
      policy,
      subject,
      body: subject,
      to: [
        { destination: phone, index: phone, channels: ['sms'] },
        { destination: email, index: email, channels: ['email'] },
      ],
      address: null,
      serviceCenterId: null,
    }),
  )
  const [sms = '', mail = ''] = codes
  const wrong = ['000000', '000001', '000002'].find((code) => !codes.includes(code)) ?? ''
  return { subject, sms, mail, wrong, requested }
}

async function present(subject: string, code: string): Promise<string> {
  const db = statements<object>(stack.pool, systemScope(), 'read write')
  try {
    const judged = await verifyCode(otp, db, { policy, subject, code })
    return judged.end === 'proved' ? `proved ${judged.recipient}` : judged.end
  } catch (error) {
    if (error instanceof Problem) return error.reason
    throw error
  }
}

const wrongOnes = (index: string) => stack.redis.zcard(`otp:wrong:${index}`)

test('each destination has a code of its own, under one budget of tries', async () => {
  const { subject, sms, mail, wrong } = await send('+971501000001')
  expect([await present(subject, wrong), await present(subject, wrong)]).toEqual(['wrong', 'wrong'])
  expect(await present(subject, mail)).toBe('proved 2')
  // Until one of them is used up, the other one may be proved instead.
  expect(await present(subject, sms)).toBe(sms === mail ? 'proved 2' : 'proved 1')
  const { rows } = await stack.admin.query('select attempts from otp where subject = $1', [subject])
  expect(rows).toEqual([{ attempts: 3 }])
})

test('a wrong code counts against every destination; a right one clears its own alone', async () => {
  const phone = '+971501000002'
  const { subject, sms, wrong } = await send(phone)
  await present(subject, wrong)
  await present(subject, wrong)
  expect([await wrongOnes(phone), await wrongOnes(email)]).toEqual([2, 2])
  expect(await present(subject, sms)).toBe('proved 1')
  expect([await wrongOnes(phone), await wrongOnes(email)]).toEqual([0, 2])
})

test('phones of one’s own are no way to guess at the e-mail of another', async () => {
  for (const last of ['3', '4', '5', '6', '7']) {
    const { subject, sms, wrong } = await send(`+97150100000${last}`)
    await present(subject, wrong)
    await present(subject, wrong)
    expect(await present(subject, sms)).toBe('proved 1')
  }
  expect(await wrongOnes(email)).toBe(10)
  const { subject, sms, mail, wrong } = await send('+971501000008')
  if (sms === mail) return
  expect([await present(subject, mail), await present(subject, wrong)]).toEqual(['wrong', 'wrong'])
  // Whoever holds the phone is not locked out by it.
  expect(await present(subject, sms)).toBe('proved 1')
  expect(await wrongOnes(email)).toBe(10)
})

test('when no destination has a guess left, nothing is compared', async () => {
  const phone = '+971501000009'
  const spend = Array.from({ length: 10 }, (_, at) => [Date.now(), `guess ${at}`]).flat()
  for (const index of [phone, email]) await stack.redis.zadd(`otp:wrong:${index}`, ...spend)
  const { subject, sms } = await send(phone)
  expect(await present(subject, sms)).toBe('otp_budget_spent')
  const { rows } = await stack.admin.query('select attempts from otp where subject = $1', [subject])
  expect(rows).toEqual([{ attempts: 0 }])
})

test('where nobody brings messages to phones, the code of the mailbox goes out alone', async () => {
  const { requested } = await send('+971501000019', { ...otp, reachesPhones: false })
  expect(requested.map(({ channels }) => channels)).toEqual([['email']])
})
