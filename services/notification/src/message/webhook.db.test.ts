import { randomUUIDv7 } from 'node:crypto'
import { CustomerOtpRequested } from '@forecourt/contracts/customer-vehicle-events'
import { inTransaction } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { eventually } from '@forecourt/testing/eventually'
import { otpFact } from '@forecourt/testing/facts'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { ownPort } from '@forecourt/testing/own-keys'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTemplates } from '../seed.ts'
import { notification } from '../service.ts'

let mailbox: LocalMailbox
let stack: Stack
let address: string

beforeAll(async () => {
  mailbox = await openMailbox()
  // Twilio must be told the address before the service listens there.
  const port = await ownPort()
  const publicUrl = `http://127.0.0.1:${port}`
  address = `${publicUrl}/webhooks/twilio/status`
  stack = await openStack(notification, {
    ...mailbox.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    NOTIFICATION_PUBLIC_URL: publicUrl,
    PROVIDER_TIMEOUT_MS: '1000',
    // The look-up after a lost reply does not come while these tests run.
    UNKNOWN_LOOKUP_MS: '600000',
  })
  await inTransaction(stack.pool, systemScope(), (db) => seedTemplates(db))
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
})

interface Kept {
  id: string
  channel: string
  status: string
  reason: string | null
  provider_id: string
  variables: string | null
}

async function rowsOf(eventId: string): Promise<Kept[]> {
  const { rows } = await stack.admin.query<Kept>(
    'select * from message where event_id = $1 order by channel',
    [eventId],
  )
  return rows
}

function delivered(eventId: string): Promise<Kept[]> {
  return eventually('two delivered messages', async () => {
    const rows = await rowsOf(eventId)
    return rows.length === 2 && rows.every(({ status }) => status === 'delivered') && rows
  })
}

async function report(
  messageId: string,
  form: Record<string, string>,
  signature?: string,
): Promise<number> {
  const url = `${address}?message=${messageId}&template=otp`
  const right = getExpectedTwilioSignature(mailbox.env['TWILIO_AUTH_TOKEN'] ?? '', url, form)
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature ?? right,
    },
    body: new URLSearchParams(form),
  })
  return response.status
}

test("the provider's reports make a message delivered", async () => {
  const eventId = await publish(stack, CustomerOtpRequested, otpFact('+919840000001', '111111'))
  for (const row of await delivered(eventId)) {
    expect(row.provider_id).toMatch(/^SM/)
    expect(row.variables).toBeNull()
  }
})

test('a report proves that a message was taken even if our call was not answered', async () => {
  await mailbox.disturb({ channel: 'sms', mode: 'accept-then-hang' })
  const phone = '+919840000002'
  const eventId = await publish(stack, CustomerOtpRequested, otpFact(phone, '222222'))
  await delivered(eventId)
  expect(await mailbox.messages(phone)).toHaveLength(2)
})

test('a report that is late, comes again or is of another try changes nothing', async () => {
  const eventId = await publish(stack, CustomerOtpRequested, otpFact('+919840000003', '333333'))
  const [row] = await delivered(eventId)
  const { id = '', provider_id: MessageSid = '' } = row ?? {}
  expect(await report(id, { MessageSid, MessageStatus: 'sent' })).toBe(200)
  expect(await report(id, { MessageSid, MessageStatus: 'delivered' })).toBe(200)
  expect(await report(id, { MessageSid: 'SMother', MessageStatus: 'failed' })).toBe(200)
  expect(await report(id, { MessageSid, MessageStatus: 'something new' })).toBe(200)
  expect(await rowsOf(eventId)).toContainEqual(row)
})

test('a report about no message of ours is accepted and forgotten', async () => {
  expect(await report(randomUUIDv7(), { MessageSid: 'SMx', MessageStatus: 'sent' })).toBe(200)
  expect(await report('no-id', { MessageSid: 'SMx', MessageStatus: 'sent' })).toBe(200)
})

test('a message that the carrier could not deliver is failed, with the reason', async () => {
  const eventId = randomUUIDv7()
  const { rows } = await stack.admin.query<{ id: string }>(
    `insert into message (id, event_id, channel, template_id, template, category, priority,
       recipient, recipient_index, status, provider_id)
     select gen_random_uuid(), $1, 'sms', id, name, category, 0, 'x', 'x', 'sent', 'SMlost'
       from template where name = 'otp' and channel = 'sms'
     returning id`,
    [eventId],
  )
  const form = { MessageSid: 'SMlost', MessageStatus: 'undelivered', ErrorCode: '30005' }
  expect(await report(rows[0]?.id ?? '', form)).toBe(200)
  expect((await rowsOf(eventId))[0]).toMatchObject({ status: 'failed', reason: 'twilio_30005' })
})

test('a report that Twilio did not sign is refused', async () => {
  const eventId = await publish(stack, CustomerOtpRequested, otpFact('+919840000004', '444444'))
  const [row] = await delivered(eventId)
  const form = { MessageSid: row?.provider_id ?? '', MessageStatus: 'failed' }
  expect(await report(row?.id ?? '', form, 'bm90IHR3aWxpbw==')).toBe(403)
  expect(await report(row?.id ?? '', form, '')).toBe(403)
  expect((await rowsOf(eventId))[0]).toEqual(row)
})

test('a signed report leaves no line in the audit, a forged one does', async () => {
  const form = { MessageSid: 'SMx', MessageStatus: 'sent' }
  await report(randomUUIDv7(), form)
  await report(randomUUIDv7(), form, 'Zm9yZ2Vk')
  await stack.topics.next(
    'notification.audit.recorded.v1',
    ({ data }) => data?.['reason'] === 'signature_invalid',
  )
  const ends = stack.topics.seen
    .filter(({ data }) => data?.['action'] === 'POST /webhooks/twilio/status')
    .map(({ data }) => data?.['outcome'])
  expect(new Set(ends)).toEqual(new Set(['refused']))
})
