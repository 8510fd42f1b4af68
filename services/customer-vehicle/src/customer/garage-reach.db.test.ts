import { randomUUIDv7 } from 'node:crypto'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { JobCardCreated } from '@forecourt/contracts/workshop-events'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact } from '@forecourt/testing/facts'
import { asha, type Person } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { knowCenters, newPhone, newPlate, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { cardFact } from '@forecourt/testing/visit-facts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

const garage = '0192f000-0000-7000-8000-0000000000aa'
/** Whoever opened a garage by a form. */
const omar: Person = {
  userId: '0192f000-0000-7000-9000-0000000000aa',
  sessionId: '0192f000-0000-7000-a000-0000000000aa',
  role: 'garage_owner',
  centers: [garage],
}

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
  const opened = { ...centerFact({ serviceCenterId: garage }), code: 'G1', pinPrefixes: [] }
  await publish(stack, ServiceCenterOpened, { ...opened, tradeLicenseNumber: 'TL-123456' })
  await eventually('the garage', async () => {
    const known = await stack.admin.query('select from service_center where is_garage')
    return known.rowCount === 1
  })
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

async function enter(by: Person, vehicleNumber = newPlate(), ownerPhone = newPhone()) {
  const body = { vehicleNumber, make: 'toyota', model: 'Innova', ownerName: 'X', ownerPhone }
  const { status, data, body: answer } = await stack.call('POST /vehicles', { as: by, body })
  return { status, id: data?.id, customerId: String(data?.['customerId']), error: answer.error }
}

/** A card of one of the workshops, which is not over. */
async function bring({ id, customerId }: { id: string; customerId: string }, center?: string) {
  const at = center && { serviceCenterId: center }
  const card = { ...cardFact({ customerId, vehicleId: id }, { status: 'created' }), ...at }
  await publish(stack, JobCardCreated, card)
  await eventually('the visit', async () => {
    const visit = await stack.admin.query('select from visit where id = $1', [card.jobCardId])
    return visit.rowCount === 1
  })
}

test('a garage that typed a phone and a mark reaches nothing of whoever proves them', async () => {
  const [phone, plate] = [newPhone(), newPlate()]
  const entered = await enter(omar, plate, phone)
  expect(entered.status).toBe(201)
  const { customer } = await register(stack, {
    customer: { mobileNumber: phone },
    plates: [plate],
  })
  expect(customer.id).toBe(entered.customerId)
  const path = `/customers/${customer.id}` as const
  expect((await stack.call(`GET ${path}`, { as: omar })).status).toBe(404)
  expect((await stack.call(`GET /vehicles/${entered.id}`, { as: omar })).status).toBe(404)
  const change = { as: omar, body: { email: 'omar@example.com' } }
  expect((await stack.call(`PUT ${path}`, change)).status).toBe(404)
  expect((await stack.call(`GET ${path}`, { as: asha })).status).toBe(200)
  const told = await stack.topics.next(
    'customer-vehicle.vehicle.changed.v1',
    ({ key, data }) => key === entered.id && !JSON.stringify(data).includes(garage),
  )
  expect(told.data).toMatchObject({ vehicleId: entered.id })
})

test('a garage goes on serving whoever it works for, and a workshop of ours whom it entered', async () => {
  const [phone, plate] = [newPhone(), newPlate()]
  const entered = await enter(omar, plate, phone)
  await bring({ id: entered.id ?? '', customerId: entered.customerId }, garage)
  await register(stack, { customer: { mobileNumber: phone }, plates: [plate] })
  const path = `GET /customers/${entered.customerId}` as const
  expect((await stack.call(path, { as: omar })).status).toBe(200)
  const other = newPhone()
  const ours = await enter(asha, newPlate(), other)
  await register(stack, { customer: { mobileNumber: other, pinCode: '400001' } })
  expect((await stack.call(`GET /customers/${ours.customerId}`, { as: asha })).status).toBe(200)
})

test('a vehicle that a workshop has in its bay is not taken by whoever types its mark', async () => {
  const plate = newPlate()
  const entered = await enter(asha, plate)
  await bring({ id: entered.id ?? '', customerId: entered.customerId })
  await expect(
    register(stack, { customer: { pinCode: '400001' }, plates: [plate] }),
  ).rejects.toThrow('vehicle_already_registered')
  expect((await stack.call(`GET /vehicles/${entered.id}`, { as: asha })).status).toBe(200)
  // What a garage says that it works on keeps nobody from the own vehicle.
  const another = newPlate()
  const typed = await enter(omar, another)
  await bring({ id: typed.id ?? '', customerId: typed.customerId }, garage)
  const { vehicles } = await register(stack, { plates: [another] })
  expect(vehicles[0]?.id).toBe(typed.id)
})

test('a garage writes to nobody who proved nothing, in no words of its own, and to no other country', async () => {
  const entered = await enter(omar)
  const send = (customerId: string, body: object) =>
    stack.call(`POST /customers/${customerId}/notifications`, { as: omar, body })
  const unproved = await send(entered.customerId, { type: 'thank_you' })
  expect([unproved.status, unproved.body.error?.reason]).toEqual([409, 'customer_unproved'])
  const phone = newPhone()
  const known = await enter(omar, newPlate(), phone)
  await bring({ id: known.id ?? '', customerId: known.customerId }, garage)
  await register(stack, { customer: { mobileNumber: phone } })
  const worded = await send(known.customerId, { type: 'thank_you', text: 'Pay at http://x' })
  expect([worded.status, Object.keys(worded.body.errors ?? {})]).toEqual([422, ['text']])
  expect((await send(known.customerId, { type: 'thank_you' })).status).toBe(201)
  const far = await enter(omar, newPlate(), '+88213123456')
  expect([far.status, far.error?.reason]).toEqual([422, 'country_not_served'])
})

test('whoever came by a form uploads hardly more in an hour than strangers do', async () => {
  const gita: Person = {
    userId: randomUUIDv7(),
    sessionId: randomUUIDv7(),
    role: 'mobile_user',
    centers: [],
  }
  const statuses: number[] = []
  for (let number = 0; number < 31; number += 1) {
    const form = new FormData()
    form.set('purpose', 'garage_document')
    form.set('file', new Blob([`%PDF-1.4\n${number}\nstartxref\n0\n%%EOF\n`]), 'paper.pdf')
    statuses.push((await stack.call('POST /files', { as: gita, body: form })).status)
  }
  expect(statuses.filter((status) => status === 201)).toHaveLength(30)
  expect(statuses.at(-1)).toBe(429)
})
