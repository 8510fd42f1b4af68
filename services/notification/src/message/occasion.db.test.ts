import { randomUUIDv7 } from 'node:crypto'
import {
  CustomerChanged,
  CustomerOtpRequested,
  CustomerRegistered,
  OutreachRequested,
  RegistrationVerified,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import { AccountOtpRequested, ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { inTransaction } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { eventually } from '@forecourt/testing/eventually'
import {
  centerFact,
  customerFact,
  otpFact,
  sealedText,
  vehicleFact,
} from '@forecourt/testing/facts'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { asha, mumbai, pune } from '@forecourt/testing/people'
import { publish, publishTombstone } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTemplates } from '../seed.ts'
import { notification } from '../service.ts'
import type { MessageRow } from './message.ts'

let mailbox: LocalMailbox
let stack: Stack

beforeAll(async () => {
  mailbox = await openMailbox()
  const env = { ...mailbox.env, NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9' }
  stack = await openStack(notification, env)
  await inTransaction(stack.pool, systemScope(), (db) => seedTemplates(db))
  await publish(stack, ServiceCenterOpened, centerFact())
  await publish(
    stack,
    ServiceCenterOpened,
    centerFact({ serviceCenterId: mumbai, code: 'MUM', name: 'Forecourt Mumbai' }),
  )
  // Before that, messages would be signed by the dealer group.
  await eventually('two known centers', async () => {
    const { rowCount } = await stack.admin.query('select from service_center')
    return rowCount === 2
  })
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
})

let numbers = 0
function newPhone(): string {
  numbers += 1
  return `+9198200${String(numbers).padStart(5, '0')}`
}

async function rowsOf(eventId: string): Promise<(MessageRow & { recipient_index: string })[]> {
  const { rows } = await stack.admin.query(
    'select * from message where event_id = $1 order by channel',
    [eventId],
  )
  return rows as never
}

async function settled(eventId: string, count: number) {
  return eventually('settled messages', async () => {
    const rows = await rowsOf(eventId)
    return rows.length === count && rows.every(({ status }) => status === 'sent') && rows
  })
}

test('a code comes by SMS and WhatsApp, the same one, and is kept nowhere afterwards', async () => {
  const phone = newPhone()
  const eventId = await publish(stack, CustomerOtpRequested, otpFact(phone, '042917'))

  const messages = await mailbox.arrived(phone, 2)
  expect(new Set(messages.map(({ channel }) => channel))).toEqual(new Set(['sms', 'whatsapp']))
  for (const { text, template } of messages) {
    expect(template).toBe('otp')
    expect(text).toMatch(
      /Your OTP for Forecourt Pune is \*?042917\*?\. It is valid for 5 minutes\./,
    )
  }
  for (const row of await settled(eventId, 2)) {
    expect(row.variables).toBeNull()
    expect(JSON.stringify(row)).not.toContain(phone)
  }
})

test('a code for an account comes by SMS alone, when it asks for no more', async () => {
  const phone = newPhone()
  const otp = otpFact(phone, '271828', { serviceCenterId: null })
  const asked = { ...otp, channels: ['sms' as const] }
  await settled(await publish(stack, AccountOtpRequested, asked), 1)
  const messages = await mailbox.arrived(phone, 1)
  expect(messages.map(({ channel }) => channel)).toEqual(['sms'])
  expect(messages[0]?.text).toContain('Your OTP for Forecourt is 271828.')
})

test('a code of no center is signed by the dealer group', async () => {
  const phone = newPhone()
  await publish(stack, CustomerOtpRequested, otpFact(phone, '100200', { serviceCenterId: null }))
  const [message] = await mailbox.arrived(phone, 2)
  expect(message?.text).toContain('Your OTP for Forecourt is')
})

test('the three confirmations have the agreed texts, each vehicle named once', async () => {
  const phone = newPhone()
  const email = 'rahul@example.com'
  const customer = customerFact({ phone, email, referenceId: 'CUST-MH12-000145' })
  const innova = vehicleFact(customer.customerId)
  const nexon = vehicleFact(customer.customerId, {
    plate: 'MH12CD5678',
    brand: 'Tata',
    model: 'Nexon',
  })
  const eventId = await publish(stack, RegistrationVerified, {
    registrationId: randomUUIDv7(),
    customerId: customer.customerId,
    vehicleIds: [innova.vehicleId, nexon.vehicleId],
    serviceCenterId: pune,
    verifiedAt: new Date().toISOString(),
  })
  // The facts may come behind the event that speaks of them.
  await publish(stack, VehicleRegistered, nexon)
  await publish(stack, VehicleRegistered, innova)
  await publish(stack, CustomerRegistered, customer)

  await settled(eventId, 3)
  const [sms, whatsapp] = (await mailbox.arrived(phone, 2)).toSorted((one, other) =>
    one.channel.localeCompare(other.channel),
  )
  const [mail] = await mailbox.arrived(email, 1)
  const cars = 'Toyota Innova (MH12AB1234), Tata Nexon (MH12CD5678)'
  expect(sms?.text).toBe(
    `Dear Rahul, your car ${cars} has been registered successfully.

Your Reference ID: CUST-MH12-000145

- Forecourt Pune`,
  )
  expect(whatsapp?.text).toBe(
    `Thank You for Visiting Forecourt Pune

Your car *${cars}* has been added successfully.

Ref Code: CUST-MH12-000145

We'll notify you about offers, services & discounts soon!`,
  )
  expect(mail?.subject).toBe('Registration Confirmation – Forecourt Pune')
  expect(mail?.text).toBe(
    `Hi Rahul,

Thank you for registering your vehicle with us. Your reference ID is CUST-MH12-000145.

You'll receive notifications about service reminders, discounts & accessories.`,
  )
  expect(mail?.html).toContain('<b>CUST-MH12-000145</b>')
  expect(mail?.html).toContain('discounts &amp; accessories')
  expect(mail?.template).toBe('registration_confirmation')
})

async function register(person: Parameters<typeof customerFact>[0]) {
  const customer = customerFact(person)
  const vehicle = vehicleFact(customer.customerId)
  await publish(stack, CustomerRegistered, customer)
  await publish(stack, VehicleRegistered, vehicle)
  const eventId = await publish(stack, RegistrationVerified, {
    registrationId: randomUUIDv7(),
    customerId: customer.customerId,
    vehicleIds: [vehicle.vehicleId],
    serviceCenterId: pune,
    verifiedAt: new Date().toISOString(),
  })
  return { customer, eventId }
}

test('a name in Devanagari arrives as it was written, and no name writes HTML', async () => {
  const phone = newPhone()
  const email = 'ksh@example.com'
  await register({ phone, email, firstName: 'क्षितिजा <b>' })
  const sms = (await mailbox.arrived(phone, 2)).find(({ channel }) => channel === 'sms')
  expect(sms?.text).toContain('Dear क्षितिजा <b>, your car')
  const [mail] = await mailbox.arrived(email, 1)
  expect(mail?.text).toContain('Hi क्षितिजा <b>,')
  expect(mail?.html).toContain('Hi क्षितिजा &lt;b&gt;,')
})

test('a customer without an e-mail address gets two messages', async () => {
  const phone = newPhone()
  const { eventId } = await register({ phone })
  expect((await settled(eventId, 2)).map(({ channel }) => channel)).toEqual(['sms', 'whatsapp'])
})

test('an event that comes twice is told once', async () => {
  const phone = newPhone()
  const otp = otpFact(phone, '555666')
  const id = await publish(stack, CustomerOtpRequested, otp)
  await publish(stack, CustomerOtpRequested, otp, { id })
  await publish(stack, CustomerOtpRequested, otpFact(phone, '777888'))
  const messages = await mailbox.arrived(phone, 4)
  expect(messages.filter(({ text }) => text.includes('555666'))).toHaveLength(2)
  expect(await rowsOf(id)).toHaveLength(2)
})

async function reachOut(customerId: string, type: 'thank_you' | 'discount', words?: string) {
  const outreachId = randomUUIDv7()
  return publish(stack, OutreachRequested, {
    outreachId,
    customerId,
    serviceCenterId: pune,
    type,
    text: words ? sealedText(words, 'outreach', 'text', outreachId) : null,
  })
}

test("staff's thanks go out in our words or in their own", async () => {
  const phone = newPhone()
  const email = 'thanked@example.com'
  const customer = customerFact({ phone, email })
  await publish(stack, CustomerRegistered, customer)
  await settled(await reachOut(customer.customerId, 'thank_you'), 3)
  await settled(await reachOut(customer.customerId, 'thank_you', 'See you on Diwali & after!'), 3)
  const [own, ours] = await mailbox.arrived(email, 2)
  expect(ours?.text).toContain('Thank you for visiting us.')
  expect(own?.text).toBe('Dear Rahul,\n\nSee you on Diwali & after!\n\n- Forecourt Pune')
})

test('an offer goes to nobody who withdrew consent, even if it was asked for before', async () => {
  const phone = newPhone()
  const willing = customerFact({ phone })
  await publish(stack, CustomerRegistered, willing)
  await settled(await reachOut(willing.customerId, 'discount'), 2)

  const unwilling = { ...willing, marketingConsent: false }
  await publish(stack, CustomerChanged, unwilling, { version: 2 })
  await eventually('the withdrawal', async () => {
    const { rowCount } = await stack.admin.query(
      'select from customer where id = $1 and not marketing_consent',
      [willing.customerId],
    )
    return rowCount === 1
  })
  const eventId = await reachOut(willing.customerId, 'discount')
  const rows = await eventually('a refused offer', async () => {
    const found = await rowsOf(eventId)
    return found.length === 2 && found.every(({ status }) => status === 'failed') && found
  })
  expect(rows.map(({ reason }) => reason)).toEqual(['consent_missing', 'consent_missing'])
  expect(await mailbox.messages(phone)).toHaveLength(2)
})

test('what became of messages is counted by channel', async () => {
  const { text } = await stack.call('GET /metrics')
  expect(text).toMatch(/forecourt_messages_total\{channel="email",outcome="taken"\} [1-9]/)
  expect(text).toMatch(/forecourt_messages_oldest_seconds \d/)
})

test('staff sees which texts went to the own customers, never their words or numbers', async () => {
  const phone = newPhone()
  const { customer, eventId } = await register({ phone, email: 'seen@example.com' })
  await settled(eventId, 3)
  const { status, data } = await stack.call<MessageRow[]>('GET /notifications/messages', {
    as: asha,
    query: { 'filter[customerId]': customer.customerId, 'filter[status]': 'sent' },
  })
  expect(status).toBe(200)
  expect(data.map(({ channel }) => channel).toSorted()).toEqual(['email', 'sms', 'whatsapp'])
  expect(data.find(({ channel }) => channel === 'sms')).toMatchObject({
    template: 'registration_confirmation',
    recipient: `+91******${phone.slice(-4)}`,
  })
  expect(data.find(({ channel }) => channel === 'email')?.recipient).toBe('s******@example.com')
  expect(data[0]).not.toHaveProperty('variables')
})

test('messages of another center are not to be seen', async () => {
  const otp = otpFact(newPhone(), '900900', { serviceCenterId: mumbai })
  await settled(await publish(stack, CustomerOtpRequested, otp), 2)
  const { data } = await stack.call<MessageRow[]>('GET /notifications/messages', {
    as: asha,
    query: { limit: '100', 'filter[template]': 'otp' },
  })
  expect(data.length).toBeGreaterThan(0)
  expect(data.every(({ serviceCenterId }) => serviceCenterId === pune)).toBe(true)
})

test('a person who is forgotten leaves no message behind', async () => {
  const phone = newPhone()
  const codeEventId = await publish(stack, CustomerOtpRequested, otpFact(phone, '303030'))
  await settled(codeEventId, 2)
  const { customer, eventId } = await register({ phone })
  await settled(eventId, 2)
  await publishTombstone(stack, CustomerChanged, customer.customerId, 3)
  await eventually('an empty place', async () => {
    const { rowCount } = await stack.admin.query('select from customer where id = $1', [
      customer.customerId,
    ])
    return rowCount === 0
  })
  await expect.poll(() => rowsOf(eventId)).toEqual([])
  expect(await rowsOf(codeEventId)).toEqual([])
})
