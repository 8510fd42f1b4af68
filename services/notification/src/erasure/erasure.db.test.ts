import { randomUUIDv7 } from 'node:crypto'
import {
  CustomerErased,
  CustomerOtpRequested,
  CustomerRegistered,
  OutreachRequested,
  RegistrationVerified,
  VehicleChanged,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import {
  AccountOtpRequested,
  ContactReplaced,
  PasswordResetRequested,
  ServiceCenterOpened,
} from '@forecourt/contracts/identity-events'
import { JobCardCompleted } from '@forecourt/contracts/workshop-events'
import { KeyRing } from '@forecourt/platform/config'
import { inTransaction } from '@forecourt/platform/database'
import { personalData, seal } from '@forecourt/platform/personal'
import { systemScope } from '@forecourt/platform/scope'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact, customerFact, otpFact, vehicleFact } from '@forecourt/testing/facts'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { kiran, pune } from '@forecourt/testing/people'
import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { tracesInTables } from '@forecourt/testing/person-traces'
import { publish, publishTombstone } from '@forecourt/testing/publish'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { cardFact } from '@forecourt/testing/visit-facts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTemplates } from '../seed.ts'
import { notification } from '../service.ts'
import { personalTables } from './personal-tables.queries.ts'

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const personal = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))

let mailbox: LocalMailbox
let stack: Stack
beforeAll(async () => {
  mailbox = await openMailbox()
  const env = { ...mailbox.env, NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9' }
  stack = await openStack(notification, env)
  await inTransaction(stack.pool, systemScope(), (db) => seedTemplates(db as never))
  await publish(stack, ServiceCenterOpened, centerFact())
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
})

async function rowsOf(text: string, values: unknown[] = []) {
  return (await stack.admin.query(text, values)).rows as Record<string, unknown>[]
}

async function heard(eventId: string): Promise<void> {
  await eventually('the event', async () => {
    const rows = await rowsOf('select from inbox where event_id = $1', [eventId])
    return rows.length > 0
  })
}

let numbers = 0

function newPhone(): string {
  numbers += 1
  return `+9198300${String(numbers).padStart(5, '0')}`
}

/** Somebody who has a vehicle, and was sent a code and a confirmation. */
async function told() {
  const phone = newPhone()
  const known = { phone, email: `z${numbers}@unmistakable.example`, name: `Zubeida${numbers}` }
  const customerId = randomUUIDv7()
  const particulars = { customerId, phone, email: known.email, firstName: known.name }
  const customer = customerFact(particulars)
  const vehicle = vehicleFact(customerId)
  await publish(stack, CustomerOtpRequested, otpFact(phone, '303030'))
  await publish(stack, CustomerRegistered, customer)
  await publish(stack, VehicleRegistered, vehicle)
  const registered = {
    registrationId: randomUUIDv7(),
    customerId,
    vehicleIds: [vehicle.vehicleId],
    serviceCenterId: pune,
    verifiedAt: new Date().toISOString(),
  }
  await publish(stack, RegistrationVerified, registered)
  await eventually('five messages', async () => {
    const index = personal.blindIndex('phone', phone)
    const text = `select from message
      where status = 'sent' and (customer_id = $1 or recipient_index = $2)`
    const rows = await rowsOf(text, [customerId, index])
    return rows.length >= 5
  })
  return { known, customer, vehicle, registered, customerId, accountId: randomUUIDv7() }
}

async function erased({ customerId, accountId, vehicle }: Awaited<ReturnType<typeof told>>) {
  const person = { customerId, accountId }
  await heard(await publish(stack, CustomerErased, person, { version: 9 }))
  await publishTombstone(stack, VehicleChanged, vehicle.vehicleId, 9)
  await eventually('no vehicle', async () => {
    const rows = await rowsOf('select from vehicle where id = $1', [vehicle.vehicleId])
    return rows.length === 0
  })
}

test('whoever is erased leaves no message, no address and no code behind', async () => {
  const person = await told()
  await stack.admin.query(
    `insert into notification (id, event_id, user_id, title, message, type, category,
       related_entity_type, related_entity_id, action_url)
     values ($1, $1, $2, 'Hello', 'Zubeida', 'info', 'system', 'Customer', $1, '/')`,
    [randomUUIDv7(), person.accountId],
  )
  expect(await tracesInTables(stack, 'notification', person.known)).not.toEqual([])
  await erased(person)
  expect(await tracesInTables(stack, 'notification', person.known)).toEqual([])
  const own = await rowsOf('select from notification where user_id = $1', [person.accountId])
  expect(own).toEqual([])
})

/** A code, a link and a word about an account, each to an address that the customer never had. */
async function toldOfAccount(accountId: string) {
  const mark = accountId.slice(-8)
  const [code, link, former] = [`code.${mark}@e.example`, `link.${mark}@e.example`, newPhone()]
  const sealed = (text: string, place: string) => seal(keys('TRANSPORT_KEYS'), text, place)
  const otp = otpFact(code, '505050', { serviceCenterId: null })
  await publish(stack, AccountOtpRequested, { ...otp, accountId, channels: ['email'] })
  const [resetId, changeId] = [randomUUIDv7(), randomUUIDv7()]
  await publish(stack, PasswordResetRequested, {
    ...{ resetId, accountId, expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
    destination: sealed(link, `password-reset|destination|${resetId}`),
    token: sealed('a-token', `password-reset|token|${resetId}`),
  })
  await publish(stack, ContactReplaced, {
    ...{ changeId, accountId, channel: 'sms' },
    destination: sealed(former, `contact-replaced|destination|${changeId}`),
  })
  await eventually('what the account is told', async () => {
    const rows = await rowsOf(`select from message where account_id = $1 and status = 'sent'`, [
      accountId,
    ])
    return rows.length === 3
  })
  return { code, link, former }
}

/** What an administrator gets who asks for all that is kept of somebody. */
async function exported({ customerId, accountId }: { customerId: string; accountId: string }) {
  const pair = personal.blindIndex('pair', `${customerId}|${accountId}`)
  const { data } = await stack.call<{ kept: Record<string, Record<string, unknown>[]> }>(
    `GET /personal-data/notification/${customerId}`,
    { as: kiran, query: { accountId, pair } },
  )
  return data.kept
}

test('what an account was told elsewhere is exported, and ends with it', async () => {
  const [person, other] = [await told(), await told()]
  const elsewhere = await toldOfAccount(person.accountId)
  const before = (await toldOfAccount(other.accountId)).former
  const kept = JSON.stringify((await exported(person))['message'])
  for (const address of Object.values(elsewhere)) expect(kept).toContain(address)
  expect(kept).not.toContain(before)
  await erased(person)
  expect(await tracesInTables(stack, 'notification', elsewhere)).toEqual([])
  expect(await tracesInTables(stack, 'notification', { before })).not.toEqual([])
})

test('a phone that was given up keeps what its next owner was told', async () => {
  const [person, next] = [await told(), await told()]
  const given = [person.known.phone, next.known.phone]
  const [former, present] = given.map((phone) => personal.blindIndex('phone', phone))
  await rowsOf('update message set recipient_index = $1 where recipient_index = $2', [
    ...[present, former],
  ])
  const of = (id: string) =>
    rowsOf('select id from message where customer_id = $1 order by id', [id])
  const theirs = await of(next.customerId)
  const own = (await exported(person))['message'] ?? []
  expect(own.filter((one) => one['customerId'] === next.customerId)).toEqual([])
  await erased(person)
  expect(await of(person.customerId)).toEqual([])
  expect(await of(next.customerId)).toEqual(theirs)
})

test('what waits to be sent is not sent', async () => {
  const person = await told()
  const { rows } = await stack.admin.query<{ id: string }>(
    `update message set status = 'queued', due_at = now() + interval '1 hour'
      where customer_id = $1 returning id`,
    [person.customerId],
  )
  expect(rows.length).toBeGreaterThan(0)
  await erased(person)
  expect(await rowsOf('select from message where status = $1', ['queued'])).toEqual([])
})

test('news of what was theirs is taken, and nobody is written to', async () => {
  const person = await told()
  await erased(person)
  const { customerId, customer, registered, vehicle } = person
  const card = cardFact({ customerId, vehicleId: vehicle.vehicleId }, { status: 'completed' })
  const outreachId = randomUUIDv7()
  const outreach = { outreachId, customerId, serviceCenterId: pune, type: 'thank_you' as const }
  await publish(stack, CustomerRegistered, customer, { version: 2 })
  await publish(stack, VehicleRegistered, vehicle, { version: 2 })
  await heard(await publish(stack, RegistrationVerified, registered))
  await heard(await publish(stack, OutreachRequested, { ...outreach, text: null }))
  await heard(await publish(stack, JobCardCompleted, card))
  expect(await tracesInTables(stack, 'notification', person.known)).toEqual([])
  expect(await rowsOf('select from dead_letter')).toEqual([])
})

test('a letter that could not be brought goes with whom it was to', async () => {
  const [person, other] = [await told(), await told()]
  const bury = (phone: string, accountId?: string) => {
    const fact = { ...otpFact(phone, '404040'), ...(accountId && { accountId }) }
    return stack.admin.query(
      `insert into dead_letter
         (consumer, event_id, topic, key, type, headers, value, reason, error, attempts)
       values ('notification.codes.v1', $1, $2, $3, 'x', '{}', $4, 'failed', '', 5)`,
      [randomUUIDv7(), CustomerOtpRequested.topic, fact.otpId, JSON.stringify(fact)],
    )
  }
  await bury(person.known.phone)
  await bury(newPhone(), person.accountId)
  await bury(other.known.phone)
  await erased(person)
  expect(await rowsOf('select from dead_letter')).toHaveLength(1)
})

testPersonalTables(notification, personalTables, () => stack, {
  service_center: 'centers',
  staff: 'people who work here',
  item: 'the catalogue',
  template: 'wordings',
  vehicle: 'its copy ends with the tombstone of the vehicle',
})
