import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  CustomerOtpRequested,
  CustomerRegistered,
  OutreachRequested,
} from '@forecourt/contracts/customer-vehicle-events'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { inTransaction } from '@forecourt/platform/database'
import { open, type Running } from '@forecourt/platform/run'
import { systemScope } from '@forecourt/platform/scope'
import { decide } from '@forecourt/testing/deciding'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact, customerFact, otpFact } from '@forecourt/testing/facts'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { pune } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { seedTemplates } from '../seed.ts'
import { TwilioConfig } from '../config.ts'
import { notification } from '../service.ts'

/**
 * Fast enough for a test, in the proportions of the real ones; nothing answers the callbacks. On a
 * busy machine an answer may come too late, and the message is tried once more than it need be.
 */
const hurried = {
  NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9',
  PROVIDER_TIMEOUT_MS: '1500',
  UNKNOWN_LOOKUP_MS: '300',
  MESSAGE_LEASE_MS: '5000',
}

/** A process of its own takes its time to start on a busy machine. */
const patiently = { timeout: 90_000 }

let mailbox: LocalMailbox
beforeAll(async () => (mailbox = await openMailbox()))
afterEach(() => mailbox.calm())
afterAll(() => mailbox?.close())

async function openNotification(env: Record<string, string> = {}): Promise<Stack> {
  const stack = await openStack(notification, { ...mailbox.env, ...hurried, ...env })
  await inTransaction(stack.pool, systemScope(), (db) => seedTemplates(db))
  await publish(stack, ServiceCenterOpened, centerFact())
  return stack
}

interface Kept {
  channel: string
  status: string
  reason: string | null
  tries: number
  variables: string | null
}

async function rowsOf(stack: Stack, eventId: string): Promise<Kept[]> {
  const { rows } = await stack.admin.query<Kept>(
    'select * from message where event_id = $1 order by channel desc',
    [eventId],
  )
  return rows
}

function ended(stack: Stack, eventId: string, status: string, count = 2): Promise<Kept[]> {
  const look = async () => {
    const rows = await rowsOf(stack, eventId)
    return rows.length === count && rows.every((row) => row.status === status) && rows
  }
  // Each further try comes later than the one before.
  return eventually(`${count} messages that are ${status}`, look, 45_000)
}

let numbers = 0
function newPhone(): string {
  numbers += 1
  return `+9198300${String(numbers).padStart(5, '0')}`
}

async function channelsAt(recipient: string): Promise<string[]> {
  return (await mailbox.messages(recipient)).map(({ channel }) => channel).toSorted()
}

describe('when a provider fails', () => {
  let stack: Stack
  beforeAll(async () => (stack = await openNotification()))
  afterAll(() => stack?.close())

  test('no message is lost while Twilio is down; each arrives once when it is back', async () => {
    await mailbox.disturb({ channel: 'sms', mode: 'error-500', count: 9 })
    const phones = Array.from({ length: 5 }, newPhone)
    const events = await Promise.all(
      phones.map((phone) => publish(stack, CustomerOtpRequested, otpFact(phone, '123456'))),
    )
    for (const event of events) {
      const [, sms] = (await ended(stack, event, 'sent')).toSorted((a, b) => b.tries - a.tries)
      expect(sms?.variables).toBeNull()
    }
    for (const phone of phones) expect(await channelsAt(phone)).toEqual(['sms', 'whatsapp'])
  })

  test('a provider that is full is left alone for as long as it says', async () => {
    await mailbox.disturb({ channel: 'sms', mode: 'rate-limit-429' })
    const begun = Date.now()
    const event = await publish(stack, CustomerOtpRequested, otpFact(newPhone(), '123456'))
    const rows = await ended(stack, event, 'sent')
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1_000)
    expect(rows.find(({ channel }) => channel === 'sms')?.tries).toBeGreaterThanOrEqual(2)
  })

  test.each(['accept-then-hang', 'hang', 'refuse'])(
    'one SMS arrives, and only one, when the reply is lost (%s)',
    async (mode) => {
      await mailbox.disturb({ channel: 'sms', mode })
      const phone = newPhone()
      const event = await publish(stack, CustomerOtpRequested, otpFact(phone, '654321'))
      const rows = await ended(stack, event, 'sent')
      expect(rows.find(({ channel }) => channel === 'sms')?.tries).toBeGreaterThanOrEqual(2)
      expect(await channelsAt(phone)).toEqual(['sms', 'whatsapp'])
    },
  )

  test('nothing is sent again until the provider has told what it has', async () => {
    await mailbox.disturb({ channel: 'sms', mode: 'accept-then-hang' })
    await mailbox.disturb({ channel: 'sms', mode: 'error-500', on: 'lookup', count: 2 })
    const phone = newPhone()
    const event = await publish(stack, CustomerOtpRequested, otpFact(phone, '654321'))
    const rows = await ended(stack, event, 'sent')
    expect(rows.find(({ channel }) => channel === 'sms')?.tries).toBeGreaterThanOrEqual(4)
    expect(await channelsAt(phone)).toEqual(['sms', 'whatsapp'])
  })

  test('two equal messages to one person are told apart when both replies are lost', async () => {
    const phone = newPhone()
    await mailbox.disturb({ channel: 'sms', mode: 'accept-then-hang', count: 2 })
    const events = await Promise.all([
      publish(stack, CustomerOtpRequested, otpFact(phone, '777777')),
      publish(stack, CustomerOtpRequested, otpFact(phone, '777777')),
    ])
    for (const event of events) await ended(stack, event, 'sent')
    expect(await channelsAt(phone)).toEqual(['sms', 'sms', 'whatsapp', 'whatsapp'])
  })

  test('a report that comes between a claim and its lookup lets nobody send again', async () => {
    const slow = await openNotification({ UNKNOWN_LOOKUP_MS: '600000' })
    onTestFinished(() => slow.close())
    await mailbox.disturb({ channel: 'sms', mode: 'accept-then-hang' })
    const phone = newPhone()
    const event = await publish(slow, CustomerOtpRequested, otpFact(phone, '654321'))
    await eventually('a lost reply', async () => {
      const rows = await rowsOf(slow, event)
      return rows.some(({ status }) => status === 'unknown')
    })
    const arrived = await mailbox.messages(phone)
    const sms = arrived.find(({ channel }) => channel === 'sms')
    // As it stands when the report was written just before the provider is asked.
    await slow.admin.query(
      `update message set provider_id = $2, due_at = now() where event_id = $1 and channel = 'sms'`,
      [event, sms?.id],
    )
    await ended(slow, event, 'sent')
    expect(await channelsAt(phone)).toEqual(['sms', 'whatsapp'])
  })

  test.each(['accept-then-hang', 'hang', 'refuse', 'error-500', 'rate-limit-429'])(
    'one e-mail arrives, and only one, whatever the mail server does (%s)',
    async (mode) => {
      await mailbox.disturb({ channel: 'email', mode })
      const email = `${mode}@example.com`
      const otp = { ...otpFact(email, '654321'), channels: ['email' as const] }
      const event = await publish(stack, CustomerOtpRequested, otp)
      const [row] = await ended(stack, event, 'sent', 1)
      expect(row?.tries).toBeGreaterThanOrEqual(2)
      expect(await channelsAt(email)).toEqual(['email'])
    },
  )

  test('a code that died in the outage is dropped, erased, and never sent', async () => {
    await mailbox.disturb({ mode: 'error-500', count: 1_000 })
    const phone = newPhone()
    const event = await publish(
      stack,
      CustomerOtpRequested,
      otpFact(phone, '101010', { lifeMs: 1_200 }),
    )
    for (const { variables } of await ended(stack, event, 'expired')) expect(variables).toBeNull()
    await mailbox.calm()
    // What comes later and arrives proves that the dead ones had their chance.
    const later = await publish(stack, CustomerOtpRequested, otpFact(newPhone(), '202020'))
    await ended(stack, later, 'sent')
    expect(await mailbox.messages(phone)).toEqual([])
  })

  test('a number that the provider refuses ends the message with its reason', async () => {
    const event = await publish(stack, CustomerOtpRequested, otpFact('+9112', '303030'))
    for (const row of await ended(stack, event, 'failed')) {
      expect(row).toMatchObject({ reason: 'twilio_21211', tries: 1, variables: null })
    }
  })

  test('two processes that send at the same time send nothing twice', async () => {
    const other = await stack.openAnother()
    onTestFinished(() => other.close())
    const phones = Array.from({ length: 40 }, newPhone)
    const events = await Promise.all(
      phones.map((phone) => publish(stack, CustomerOtpRequested, otpFact(phone, '404040'))),
    )
    for (const event of events) await ended(stack, event, 'sent')
    for (const phone of phones) expect(await channelsAt(phone)).toEqual(['sms', 'whatsapp'])
  })
})

describe('when a process is killed', () => {
  let stack: Stack
  beforeAll(async () => (stack = await openNotification({ ROLE: 'api' })))
  afterAll(() => stack?.close())

  test(
    'a message between the call and its reply is neither lost nor sent twice',
    patiently,
    async () => {
      const phone = newPhone()
      await mailbox.disturb({ channel: 'sms', mode: 'accept-then-hang' })
      await mailbox.disturb({ channel: 'whatsapp', mode: 'hang' })
      const event = await publish(stack, CustomerOtpRequested, otpFact(phone, '505050'))

      const env = { ...stack.env, ROLE: 'worker', PROVIDER_TIMEOUT_MS: '20000' }
      const main = new URL('../main.ts', import.meta.url).pathname
      const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit'] })
      await mailbox.arrived(phone, 1, 25_000)
      await eventually('two messages under way', async () => {
        const rows = await rowsOf(stack, event)
        return rows.length === 2 && rows.every(({ status }) => status === 'sending')
      })
      child.kill('SIGKILL')
      await once(child, 'exit')

      const next = await openBesideTheGroup(stack)
      onTestFinished(() => next.close())
      await ended(stack, event, 'sent')
      expect(await channelsAt(phone)).toEqual(['sms', 'whatsapp'])
    },
  )
})

describe('when it is quiet time', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openNotification()
    await decide(stack, 'quietHours', aroundNow())
  })
  afterAll(() => stack?.close())

  test('an offer rests until it is over, while thanks and codes go', async () => {
    const phone = newPhone()
    const customer = customerFact({ phone })
    const { customerId } = customer
    await publish(stack, CustomerRegistered, customer)
    const about = { customerId, serviceCenterId: pune, text: null }
    const offer = await publish(stack, OutreachRequested, {
      ...about,
      outreachId: '0192f000-0000-7000-b000-000000000001',
      type: 'discount',
    })
    const thanks = await publish(stack, OutreachRequested, {
      ...about,
      outreachId: '0192f000-0000-7000-b000-000000000002',
      type: 'thank_you',
    })
    await ended(stack, thanks, 'sent')
    const { rows } = await eventually('two held offers', async () => {
      const found = await stack.admin.query<{ rest: number; status: string }>(
        `select status, extract(epoch from scheduled_for - now())::int as rest from message
          where event_id = $1 and scheduled_for is not null`,
        [offer],
      )
      return found.rowCount === 2 && found
    })
    for (const { status, rest } of rows) {
      expect(status).toBe('queued')
      expect(rest).toBeGreaterThan(0)
    }
    expect(await channelsAt(phone)).toEqual(['sms', 'whatsapp'])
  })
})

/** The broker keeps the place of a killed consumer for its session's time; nobody waits for it. */
function openBesideTheGroup({ env }: Stack): Promise<Running> {
  const prefix = `${env['KAFKA_PREFIX']}next.`
  return open(notification, { ...env, ROLE: 'worker', KAFKA_PREFIX: prefix, LOG_LEVEL: 'silent' })
}

/** A quiet time in Pune that began an hour ago and ends in an hour or so. */
function aroundNow(): string {
  const here = Temporal.Now.zonedDateTimeISO('Asia/Kolkata')
  const [from, until] = [here.subtract({ hours: 1 }), here.add({ hours: 1 })]
  return [from, until].map((time) => time.toPlainTime().toString().slice(0, 5)).join('-')
}

describe('when nobody is bought who brings messages to phones', () => {
  const bought = Object.keys(TwilioConfig.shape)

  test('the service says what it lacks, unless it is told that this is meant', async () => {
    const env = { ...mailbox.env, TWILIO_AUTH_TOKEN: '' }
    await expect(openNotification(env)).rejects.toThrow('TWILIO_AUTH_TOKEN is not')
  })

  test('a code by phone fails at once, and staff sees why', async () => {
    const none = Object.fromEntries(bought.map((name) => [name, undefined]))
    const stack = await openNotification({ ...none, SMS_PROVIDER: 'none' })
    onTestFinished(() => stack.close())
    const phone = newPhone()
    const event = await publish(stack, CustomerOtpRequested, otpFact(phone, '654321'))
    const rows = await ended(stack, event, 'failed')
    expect(rows.map(({ reason, variables }) => [reason, variables])).toEqual([
      ['provider_missing', null],
      ['provider_missing', null],
    ])
    expect(await channelsAt(phone)).toEqual([])
  })
})
