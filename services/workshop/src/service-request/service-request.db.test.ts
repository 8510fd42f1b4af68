import { randomUUID, randomUUIDv7 } from 'node:crypto'
import {
  CustomerChanged,
  CustomerRegistered,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import { customerFact, vehicleFact } from '@forecourt/testing/facts'
import { asha, gita, kiran, meera, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import {
  askForWork,
  knowWorkshops,
  registerVisitor,
  type Requested,
} from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
})
afterAll(() => stack?.close())

async function pending(body: Record<string, unknown> = {}): Promise<Requested> {
  const { status, data, text } = await askForWork(stack, await registerVisitor(stack), body)
  if (status !== 201) throw new Error(`The request was refused: ${text}`)
  return data
}

function move(id: string, name: string, body: object = {}, as = priya) {
  const reason = ['reject', 'cancel'].includes(name) ? { reason: 'The lift is broken' } : {}
  return stack.call<Requested>(`PUT /workshop/service-requests/${id}/${name}`, {
    as,
    body: { ...reason, ...body },
  })
}

test('work can be asked for in the very second in which the vehicle is registered', async () => {
  const customer = customerFact({ customerId: randomUUIDv7(), firstName: 'Rahul' })
  const vehicle = vehicleFact(customer.customerId)
  const asked = askForWork(stack, {
    customerId: customer.customerId,
    vehicleId: vehicle.vehicleId,
  })
  await publish(stack, VehicleRegistered, vehicle)
  await publish(stack, CustomerRegistered, customer)
  const { status, data } = await asked
  expect(status).toBe(201)
  expect(data).toMatchObject({
    status: 'pending',
    requestType: 'service',
    serviceType: 'regular',
    priority: 'medium',
    serviceLocation: 'service_station',
    serviceCenterId: pune,
    requestedBy: asha.userId,
    vehicleNumber: 'MH12AB1234',
    vehicle: { make: 'Toyota', model: 'Innova' },
    available: ['cancel'],
  })
  expect(data.requestNumber).toMatch(/^SR-\d{6}$/)
  const told = await stack.topics.next(
    'workshop.service-request.opened.v1',
    ({ key }) => key === data.id,
  )
  expect(told.data).toMatchObject({ vehicleId: vehicle.vehicleId, status: 'pending' })
  expect(told.data).not.toHaveProperty('description')
})

test('work can be asked for by an owner whom staff has entered and who has proved nothing', async () => {
  const customer = customerFact({ customerId: randomUUIDv7(), isVerified: false })
  const vehicle = vehicleFact(customer.customerId)
  await publish(stack, CustomerChanged, customer)
  await publish(stack, VehicleRegistered, vehicle)
  const { customerId } = customer
  const { status, data } = await askForWork(stack, { customerId, vehicleId: vehicle.vehicleId })
  expect([status, data]).toMatchObject([201, { status: 'pending', customerId }])
})

test('a vehicle or customer that does not exist is not found, without a wait for an old id', async () => {
  const visitor = await registerVisitor(stack)
  const strange = await askForWork(stack, { ...visitor, vehicleId: randomUUID() })
  expect(strange.status).toBe(404)
  const young = await askForWork(stack, { ...visitor, customerId: randomUUIDv7() })
  expect(young.status).toBe(404)
})

test('a vehicle of another customer is refused, and a center that does not know the customer', async () => {
  const [one, other] = [await registerVisitor(stack), await registerVisitor(stack)]
  const swapped = await askForWork(stack, { ...one, vehicleId: other.vehicleId })
  expect(swapped.body.error?.reason).toBe('vehicle_of_another')
  const elsewhere = await askForWork(stack, one, { as: kiran, serviceCenterId: mumbai })
  expect(elsewhere.body.error?.reason).toBe('customer_not_linked')
  expect((await askForWork(stack, one, { as: meera })).status).toBe(404)
})

test('a manager approves, and with a day the request is scheduled too', async () => {
  const { id } = await pending()
  expect((await move(id, 'approve', {}, asha)).status).toBe(403)
  expect((await move(id, 'approve', { scheduledDate: '0000-01-01' })).status).toBe(422)
  const { status, data } = await move(id, 'approve', {
    scheduledDate: '2026-12-01',
    scheduledTime: '09:30',
  })
  expect(status).toBe(200)
  expect(data).toMatchObject({
    status: 'scheduled',
    approvedBy: priya.userId,
    scheduledDate: '2026-12-01',
    scheduledTime: '09:30',
    version: 3,
    available: ['schedule', 'cancel'],
  })
  const isOfThis = ({ key }: { key: string }) => key === id
  await stack.topics.next('workshop.service-request.approved.v1', isOfThis)
  const told = await stack.topics.next('workshop.service-request.scheduled.v1', isOfThis)
  expect(told.headers).toMatchObject({ ce_sequence: '3' })
  expect(told.data).toMatchObject({ scheduledDate: '2026-12-01' })
})

test('a rejected request says why, and nothing more can be done with it', async () => {
  const { id } = await pending()
  const { data } = await move(id, 'reject')
  expect(data).toMatchObject({ status: 'rejected', reason: 'The lift is broken', available: [] })
  const late = await move(id, 'approve')
  expect(late.status).toBe(409)
  expect(late.body.error?.reason).toBe('state_forbids')
  const changed = await stack.call(`PUT /workshop/service-requests/${id}`, {
    as: asha,
    body: { priority: 'high' },
  })
  expect(changed.status).toBe(409)
})

test('of an approval, a rejection and two calls-off at once, one wins', async () => {
  const { id } = await pending()
  const answers = await Promise.all([
    move(id, 'reject'),
    move(id, 'cancel'),
    move(id, 'reject'),
    move(id, 'cancel', {}, asha),
  ])
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 409, 409, 409])
})

test('a change keeps what it does not name, and clears what is null', async () => {
  const { id } = await pending({ description: 'Brakes squeal', estimatedCost: 2_500.5 })
  const { data } = await stack.call<Requested>(`PUT /workshop/service-requests/${id}`, {
    as: asha,
    body: { priority: 'urgent', estimatedCost: null },
  })
  expect(data).toMatchObject({
    priority: 'urgent',
    description: 'Brakes squeal',
    estimatedCost: null,
    version: 2,
  })
})

test('the place of a home visit is kept sealed, and shown to those who may read it', async () => {
  const nowhere = await askForWork(stack, await registerVisitor(stack), { serviceLocation: 'home' })
  expect(nowhere.body.errors).toHaveProperty('address')
  const address = { street: '12, Law College Road', city: 'Pune', state: 'Maharashtra' }
  const { id } = await pending({ serviceLocation: 'home', address })
  const { rows } = await stack.admin.query('select address from service_request where id = $1', [
    id,
  ])
  expect(rows[0].address).not.toContain('Law College')
  const { data } = await stack.call<Requested>(`GET /workshop/service-requests/${id}`, { as: ravi })
  expect(data).toMatchObject({ address })
})

test('who serves a customer with another center opens requests at the own one; the customer at both', async () => {
  const serviceCenterIds = [pune, mumbai]
  const customer = customerFact({
    customerId: randomUUIDv7(),
    accountId: gita.userId,
    serviceCenterIds,
  })
  const vehicle = { ...vehicleFact(customer.customerId), serviceCenterIds }
  await publish(stack, CustomerRegistered, customer)
  await publish(stack, VehicleRegistered, vehicle)
  const visitor = { customerId: customer.customerId, vehicleId: vehicle.vehicleId }
  const atMumbai = { serviceCenterId: mumbai }
  const foreign = await askForWork(stack, visitor, atMumbai)
  const errors = { serviceCenterId: ['Choose one of your own service centers'] }
  expect(foreign).toMatchObject({ status: 422, body: { errors } })
  const own = await askForWork(stack, visitor, { ...atMumbai, as: gita })
  expect(own).toMatchObject({ status: 201, data: atMumbai })
})
