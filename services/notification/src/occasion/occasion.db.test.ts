import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvoiceDocumentRendered } from '@forecourt/contracts/billing-events'
import {
  CustomerChanged,
  CustomerRegistered,
  VehicleChanged,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import { ServiceCenterOpened, UserChanged, UserCreated } from '@forecourt/contracts/identity-events'
import { ItemAdded, StockAlertRaised } from '@forecourt/contracts/inventory-events'
import {
  JobCardAssigned,
  JobCardCompleted,
  LinkRequested,
  ServiceRequestApproved,
  ServiceRequestOpened,
} from '@forecourt/contracts/workshop-events'
import { inTransaction } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { openStorage, StorageConfig } from '@forecourt/storage/config'
import { newKey } from '@forecourt/storage/storage'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact, customerFact, vehicleFact } from '@forecourt/testing/facts'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { headOffice, isha, kiran, meera, mumbai, priya, ravi } from '@forecourt/testing/people'
import { publish, publishTombstone } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import {
  alertFact,
  cardFact,
  documentFact,
  itemFact,
  linkFact,
  requestFact,
  userFact,
} from '@forecourt/testing/visit-facts'
import { registerVisitor } from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTemplates } from '../seed.ts'
import { notification } from '../service.ts'

let mailbox: LocalMailbox
let stack: Stack
let folder = ''
const staff = [kiran, priya, ravi, isha, meera]

beforeAll(async () => {
  mailbox = await openMailbox()
  folder = await mkdtemp(join(tmpdir(), 'notification-'))
  stack = await openStack(notification, {
    ...mailbox.env,
    NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9',
    FORECOURT_DATA: folder,
  })
  await inTransaction(stack.pool, systemScope(), (db) => seedTemplates(db))
  await publish(stack, ServiceCenterOpened, centerFact())
  for (const person of staff) await publish(stack, UserCreated, userFact(person))
  await eventually('the staff', async () => {
    const { rowCount } = await stack.admin.query('select from staff')
    return rowCount === staff.length
  })
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
  await rm(folder, { recursive: true, force: true })
})

async function lettersOf(eventId: string) {
  const { rows } = await stack.admin.query<{ channel: string; recipient_index: string }>(
    'select channel, recipient_index from message where event_id = $1 order by channel',
    [eventId],
  )
  return rows
}

/** Who was told of an event, once anybody was. */
function told(eventId: string): Promise<string[]> {
  return eventually('a notice', async () => {
    const { rows } = await stack.admin.query<{ user_id: string }>(
      'select user_id from notification where event_id = $1 order by user_id',
      [eventId],
    )
    return rows.length > 0 && rows.map((row) => row.user_id)
  })
}

/** Waits until the events had whatever effect they have. */
async function heard(eventIds: string[]): Promise<void> {
  await eventually('the events', async () => {
    const { rowCount } = await stack.admin.query(
      `select from inbox where consumer = 'notification.visits.v1' and event_id = any ($1)`,
      [eventIds],
    )
    return rowCount === eventIds.length
  })
}

test('an e-mail waits for a file that is not in the storage yet', async () => {
  const email = 'patient@example.com'
  const { customerId } = await registerVisitor(stack, { email })
  const missing = newKey('billing')
  const eventId = await publish(stack, InvoiceDocumentRendered, documentFact(customerId, missing))
  await eventually('a letter that waits', async () => {
    const { rowCount } = await stack.admin.query(
      `select from message where event_id = $1 and status = 'queued'
          and reason = 'attachment_missing'`,
      [eventId],
    )
    return rowCount === 1
  })
  const storage = await openStorage(StorageConfig.parse({ FORECOURT_DATA: folder }))
  await storage.write(missing, Buffer.from('%PDF-1.7 late'))
  storage.close()
  const [mail] = await mailbox.arrived(email, 1)
  expect(mail?.attachments).toMatchObject([{ size: 13 }])
})

test('who has no e-mail address, and who is nobody in particular, gets no invoice', async () => {
  const { customerId } = await registerVisitor(stack, { phone: '+919830099999' })
  const silent = [
    await publish(stack, InvoiceDocumentRendered, documentFact(customerId, newKey('billing'))),
    await publish(stack, InvoiceDocumentRendered, documentFact(null, newKey('billing'))),
  ]
  await heard(silent)
  expect((await Promise.all(silent.map(lettersOf))).flat()).toEqual([])
})

test('a link of a purpose that we do not know is told to nobody', async () => {
  const link = linkFact(await registerVisitor(stack), 'survey', 'secret-token')
  const eventId = await publish(stack, LinkRequested, link)
  await heard([eventId])
  expect(await lettersOf(eventId)).toEqual([])
})

test('the secret of a link, and where it goes, lie sealed', async () => {
  const phone = '+919830088888'
  const link = linkFact(await registerVisitor(stack, { phone }), 'approval', 'secret-token')
  const eventId = await publish(stack, LinkRequested, link)
  await mailbox.arrived(phone, 2)
  const { rows } = await stack.admin.query<{ line: string }>(
    'select row_to_json(message)::text as line from message where event_id = $1',
    [eventId],
  )
  expect(rows).toHaveLength(2)
  for (const { line } of rows) expect(line).not.toMatch(/secret-token|9830088888/)
})

test('a link that ran out on its way is not brought any more', async () => {
  const visitor = await registerVisitor(stack, { phone: '+919830077777' })
  const expiresAt = new Date(Date.now() - 1_000).toISOString()
  const link = { ...linkFact(visitor, 'approval', 'secret-token'), expiresAt }
  const eventId = await publish(stack, LinkRequested, link)
  await eventually('two letters that ran out', async () => {
    const { rowCount } = await stack.admin.query(
      `select from message where event_id = $1 and status = 'expired'`,
      [eventId],
    )
    return rowCount === 2
  })
  expect(await mailbox.messages('+919830077777')).toEqual([])
})

test('consent to offers is not asked for what confirms an order', async () => {
  const phone = '+919830066666'
  const visitor = await registerVisitor(stack, { phone, marketingConsent: false })
  await publish(stack, JobCardCompleted, cardFact(visitor))
  expect(await mailbox.arrived(phone, 2)).toHaveLength(2)
})

test('a center without a manager is looked after by the administrators', async () => {
  const center = centerFact({ serviceCenterId: headOffice, code: 'HO', name: 'Forecourt' })
  await publish(stack, ServiceCenterOpened, center)
  const request = requestFact(await registerVisitor(stack), { serviceCenterId: headOffice })
  expect(await told(await publish(stack, ServiceRequestOpened, request))).toEqual([kiran.userId])
})

test('a manager hears of the own center alone', async () => {
  const request = requestFact(await registerVisitor(stack), { serviceCenterId: mumbai })
  expect(await told(await publish(stack, ServiceRequestOpened, request))).toEqual([meera.userId])
})

test('stock that runs short at a center without a keeper is told to those of the others', async () => {
  const item = itemFact()
  await publish(stack, ItemAdded, item)
  const center = centerFact({ serviceCenterId: mumbai, code: 'MUM', name: 'Forecourt Mumbai' })
  await publish(stack, ServiceCenterOpened, center)
  const alert = alertFact(item.itemId, mumbai)
  expect(await told(await publish(stack, StockAlertRaised, alert))).toEqual([isha.userId])
})

test('whoever was suspended is not told of what their role would hear', async () => {
  const nobody = { ...userFact(priya), userId: headOffice }
  await publish(stack, UserCreated, nobody)
  await publish(stack, UserChanged, { ...nobody, status: 'suspended' }, { version: 2 })
  await eventually('the suspension', async () => {
    const { rowCount } = await stack.admin.query(`select from staff where status = 'suspended'`)
    return rowCount === 1
  })
  const request = requestFact(await registerVisitor(stack))
  expect(await told(await publish(stack, ServiceRequestOpened, request))).toEqual([priya.userId])
})

test('an event waits for the customer, the vehicle and the item that it speaks of', async () => {
  const phone = '+919830055555'
  const customer = customerFact({ phone })
  const vehicle = vehicleFact(customer.customerId)
  const visitor = { customerId: customer.customerId, vehicleId: vehicle.vehicleId }
  const item = itemFact()
  const approved = await publish(stack, ServiceRequestApproved, requestFact(visitor))
  const alert = await publish(stack, StockAlertRaised, alertFact(item.itemId))
  await publish(stack, CustomerRegistered, customer)
  await publish(stack, ItemAdded, item)
  await publish(stack, VehicleRegistered, vehicle)
  expect(await told(approved)).toHaveLength(1)
  expect(await told(alert)).toEqual([isha.userId])
  expect(await mailbox.arrived(phone, 2)).toHaveLength(2)
})

test('what is told of a vehicle is what was said of it last', async () => {
  const customer = customerFact()
  const vehicle = vehicleFact(customer.customerId)
  const visitor = { customerId: customer.customerId, vehicleId: vehicle.vehicleId }
  await publish(stack, VehicleRegistered, vehicle)
  await publish(stack, VehicleChanged, { ...vehicle, model: 'Fortuner' }, { version: 2 })
  await eventually('the change', async () => {
    const { rowCount } = await stack.admin.query(
      `select from vehicle where id = $1 and model = 'Fortuner'`,
      [vehicle.vehicleId],
    )
    return rowCount === 1
  })
  const eventId = await publish(stack, JobCardAssigned, cardFact(visitor))
  expect(await told(eventId)).toEqual([ravi.userId])
  const { rows } = await stack.admin.query('select message from notification where event_id = $1', [
    eventId,
  ])
  expect(rows).toEqual([{ message: 'Toyota Fortuner was assigned to you.' }])
})

test('a person who is forgotten leaves no notification behind', async () => {
  const visitor = await registerVisitor(stack)
  const request = requestFact(visitor, { requestedBy: visitor.customerId })
  const eventId = await publish(stack, ServiceRequestApproved, request)
  expect(await told(eventId)).toEqual([visitor.customerId])
  await publishTombstone(stack, CustomerChanged, visitor.customerId, 2)
  await eventually('an empty place', async () => {
    const { rowCount } = await stack.admin.query('select from notification where user_id = $1', [
      visitor.customerId,
    ])
    return rowCount === 0
  })
})

test('what staff reads holds neither a name, nor a phone, nor a plate', async () => {
  const { rows } = await stack.admin.query<{ line: string }>(
    'select row_to_json(notification)::text as line from notification',
  )
  expect(rows.length).toBeGreaterThan(0)
  for (const { line } of rows) expect(line).not.toMatch(/Rahul|Patil|\+91|MH12/)
})
