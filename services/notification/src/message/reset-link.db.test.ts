import { randomUUIDv7 } from 'node:crypto'
import {
  AccountOtpRequested,
  ContactReplaced,
  PasswordResetRequested,
  ServiceCenterOpened,
} from '@forecourt/contracts/identity-events'
import { KeyRing } from '@forecourt/platform/config'
import { inTransaction } from '@forecourt/platform/database'
import { seal } from '@forecourt/platform/personal'
import { systemScope } from '@forecourt/platform/scope'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact, otpFact } from '@forecourt/testing/facts'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { publish } from '@forecourt/testing/publish'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTemplates } from '../seed.ts'
import { notification } from '../service.ts'

const transportKeys = KeyRing.parse(testSecrets.TRANSPORT_KEYS)
const token = 'a-token-that-nobody-can-guess'

let mailbox: LocalMailbox
let stack: Stack
beforeAll(async () => {
  mailbox = await openMailbox()
  const env = {
    ...mailbox.env,
    NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9',
    FRONTEND_URL: 'https://front.example/',
  }
  stack = await openStack(notification, env)
  await inTransaction(stack.pool, systemScope(), (db) => seedTemplates(db))
  await publish(stack, ServiceCenterOpened, { ...centerFact(), isHeadOffice: true })
  await eventually('a known center', async () => {
    const { rowCount } = await stack.admin.query('select from service_center')
    return rowCount === 1
  })
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
})

/** A link on its way, sealed as identity does it. */
function linkFor(email: string, expiresInMs: number) {
  const resetId = randomUUIDv7()
  const sealed = (what: string, value: string) =>
    seal(transportKeys, value, `password-reset|${what}|${resetId}`)
  const expiresAt = new Date(Date.now() + expiresInMs).toISOString()
  return {
    resetId,
    destination: sealed('destination', email),
    token: sealed('token', token),
    expiresAt,
  }
}

test('whoever forgot a password gets a link by e-mail, and its token is kept nowhere', async () => {
  const email = 'asha@forecourt.test'
  const eventId = await publish(stack, PasswordResetRequested, linkFor(email, 3_600_000))
  const [message] = await mailbox.arrived(email, 1)
  expect(message?.text).toContain(`https://front.example/reset-password/${token}`)
  const row = await eventually('a sent message', async () => {
    const { rows } = await stack.admin.query(
      `select * from message where event_id = $1 and status = 'sent'`,
      [eventId],
    )
    return rows[0] as { variables: string | null } | undefined
  })
  expect(row.variables).toBeNull()
  expect(JSON.stringify(row)).not.toContain(email)
})

test('a link that ran out on its way is not brought any more', async () => {
  const late = 'late@forecourt.test'
  await publish(stack, PasswordResetRequested, linkFor(late, -1_000))
  const expired = () => stack.admin.query(`select from message where status = 'expired'`)
  await expect.poll(async () => (await expired()).rowCount).toBeGreaterThan(0)
  expect(await mailbox.messages(late)).toEqual([])
})

test.each([
  ['email', 'gita.former@example.com', /e-mail address of your account/],
  ['sms', '+919820077700', /phone or e-mail address/],
] as const)('the former contact of an account is told by %s', async (channel, former, words) => {
  const changeId = randomUUIDv7()
  const place = `contact-replaced|destination|${changeId}`
  const destination = seal(transportKeys, former, place)
  await publish(stack, ContactReplaced, { changeId, channel, destination })
  const [message] = await mailbox.arrived(former, 1)
  expect(message?.channel).toBe(channel)
  expect(message?.text).toMatch(words)
})

test('whoever forgot it and named a phone gets a code by SMS alone', async () => {
  const phone = '+919820077777'
  const code = otpFact(phone, '042917', { serviceCenterId: null })
  await publish(stack, AccountOtpRequested, {
    ...code,
    purpose: 'password_reset',
    channels: ['sms'],
  })
  const [message] = await mailbox.arrived(phone, 1)
  expect(message).toMatchObject({ channel: 'sms' })
  expect(message?.text).toContain('042917')
})

test('whoever opens a garage gets one code by SMS and another by e-mail', async () => {
  const [phone, email] = ['+971501234567', 'gil@example.com']
  const bySms = otpFact(phone, '108264', { serviceCenterId: null, lifeMs: 600_000 })
  const byMail = otpFact(email, '735591', { serviceCenterId: null, lifeMs: 600_000 })
  const told = { purpose: 'garage' }
  await publish(stack, AccountOtpRequested, { ...bySms, ...told, channels: ['sms'] })
  await publish(stack, AccountOtpRequested, { ...byMail, ...told, channels: ['email'] })
  const [message] = await mailbox.arrived(phone, 1)
  expect(message).toMatchObject({ channel: 'sms' })
  expect(message?.text).toMatch(/108264.*10 minutes/s)
  const [mail] = await mailbox.arrived(email, 1)
  expect(mail).toMatchObject({ channel: 'email' })
  expect(mail?.text).toMatch(/735591.*10 minutes/s)
  expect(`${message?.text}`).not.toContain('735591')
  expect(`${mail?.text}`).not.toContain('108264')
})
