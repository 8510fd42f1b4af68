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
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { JobCardCompleted } from '@forecourt/contracts/workshop-events'
import { inTransaction } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact, customerFact, otpFact, vehicleFact } from '@forecourt/testing/facts'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { pune } from '@forecourt/testing/people'
import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { tracesInTables } from '@forecourt/testing/person-traces'
import { publish, publishTombstone } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { cardFact } from '@forecourt/testing/visit-facts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTemplates } from '../seed.ts'
import { notification } from '../service.ts'
import { personalTables } from './personal-tables.queries.ts'

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

/** Somebody who has a vehicle, and was sent a code and a confirmation. */
async function told() {
  numbers += 1
  const phone = `+9198300${String(numbers).padStart(5, '0')}`
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
    const rows = await rowsOf(`select from message where status = 'sent'`)
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
  const bury = (phone: string) => {
    const fact = otpFact(phone, '404040')
    return stack.admin.query(
      `insert into dead_letter
         (consumer, event_id, topic, key, type, headers, value, reason, error, attempts)
       values ('notification.codes.v1', $1, $2, $3, 'x', '{}', $4, 'failed', '', 5)`,
      [randomUUIDv7(), CustomerOtpRequested.topic, fact.otpId, JSON.stringify(fact)],
    )
  }
  await bury(person.known.phone)
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
