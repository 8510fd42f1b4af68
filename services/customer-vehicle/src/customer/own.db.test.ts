import { randomUUIDv7 } from 'node:crypto'
import { JobCardCreated } from '@forecourt/contracts/workshop-events'
import { eventually } from '@forecourt/testing/eventually'
import { asha, gita, mumbai, type Person } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { knowCenters, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { cardFact } from '@forecourt/testing/visit-facts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

interface Owner {
  as: Person
  customerId: string
  vehicleId: string
  photoFileId: string
}

/** A customer of Pune, or of another place, with one vehicle, who signs in. */
async function newOwner(pinCode = '411004'): Promise<Owner> {
  const as = { ...gita, userId: randomUUIDv7(), sessionId: randomUUIDv7() }
  const { customer, vehicles } = await register(stack, { customer: { pinCode } })
  const [vehicle] = vehicles
  await stack.admin.query('update customer set account_id = $2 where id = $1', [
    customer.id,
    as.userId,
  ])
  const photoFileId = String(vehicle?.['photoFileId'])
  return { as, customerId: customer.id, vehicleId: vehicle?.id ?? '', photoFileId }
}

/** What a customer opens of each other's, or of the own, things. */
function addressesOf({ as, customerId, vehicleId }: Owner): string[] {
  return [
    ...[`/customers/${customerId}`, `/customers/${as.userId}`],
    ...[`/vehicles/${vehicleId}`, `/vehicles/${vehicleId}/history`],
    `/vehicles/${vehicleId}/graphical`,
    `/vehicles/${vehicleId}/graphical/components/brakes/history`,
  ]
}

async function statusesOf(paths: string[], as: Person): Promise<Set<number>> {
  const asked = paths.map((path) => stack.call(`GET ${path}` as 'GET /x', { as }))
  return new Set((await Promise.all(asked)).map(({ status }) => status))
}

async function idsOf(path: string, as: Person): Promise<string[]> {
  const { data } = await stack.call<{ id: string }[]>(`GET ${path}` as 'GET /x', { as })
  return data.map(({ id }) => id)
}

/** A visit of a vehicle, once it is known here. */
async function visitOf({ customerId, vehicleId }: Owner): Promise<string> {
  const card = cardFact({ customerId, vehicleId }, { status: 'created' })
  await publish(stack, JobCardCreated, card)
  return eventually('the visit', async () => {
    const { rowCount } = await stack.admin.query('select from visit where id = $1', [
      card.jobCardId,
    ])
    return rowCount === 1 && card.jobCardId
  })
}

test('customers see themselves and what is theirs, by list and by id, and nobody else', async () => {
  const own = await newOwner()
  const others = [await newOwner(), await newOwner('400001')]
  expect(await idsOf('/customers', own.as)).toEqual([own.customerId])
  expect(await idsOf('/sales/customers', own.as)).toEqual([own.customerId])
  expect(await idsOf('/vehicles', own.as)).toEqual([own.vehicleId])
  expect(await statusesOf(addressesOf(own), own.as)).toEqual(new Set([200]))
  for (const other of others) {
    const theirs = [...addressesOf(other), `/files/${other.photoFileId}/content`]
    expect(await statusesOf(theirs, own.as)).toEqual(new Set([404]))
  }
})

test('customers change what is their own, and nobody else', async () => {
  const [own, other] = [await newOwner(), await newOwner()]
  const change = (id: string, body: object) =>
    stack.call(`PUT /customers/${id}`, { as: own.as, body })
  const { status, data } = await change(own.as.userId, {
    city: 'Khed',
    alternativeNumber: '+919811111111',
    marketingConsent: false,
  })
  expect(status).toBe(200)
  expect(data).toMatchObject({ id: own.customerId, city: 'Khed', marketingConsent: false })
  expect((await change(other.customerId, { city: 'Khed' })).status).toBe(404)
  expect((await change(own.customerId, { mobileNumber: '+919822222222' })).status).toBe(422)
})

test('what staff is asked to decide on is not shown to the customer, nor theirs to dismiss', async () => {
  const own = await newOwner()
  const shown = async (as: Person) =>
    (await stack.call(`GET /customers/${own.customerId}`, { as })).data
  const mobileNumber = (await shown(asha))['mobileNumber']
  await stack.redis.flushdb()
  await register(stack, { customer: { mobileNumber, fullName: 'Rahul D. Deshpande' } })
  expect(await shown(asha)).toMatchObject({ suggestion: { fullName: 'Rahul D. Deshpande' } })
  expect(await shown(own.as)).toMatchObject({ suggestion: null })
  const body = { suggestion: null, city: 'Khed' }
  await stack.call(`PUT /customers/${own.customerId}`, { as: own.as, body })
  expect(await shown(asha)).toMatchObject({ city: 'Khed', suggestion: expect.any(Object) })
})

test('what staff does for customers, customers do not', async () => {
  const own = await newOwner()
  const { customerId, vehicleId, as } = own
  const components = [{ id: 'brakes', status: 'healthy' }]
  for (const [signature, body] of [
    ['POST /customers/lookup', { phone: '+919800000001' }],
    [`POST /customers/${customerId}/link`, { token: '1.guessed' }],
    [`POST /customers/${customerId}/notifications`, { type: 'thank_you' }],
    [`PUT /vehicles/${vehicleId}/graphical`, { components }],
    [`PUT /vehicles/${vehicleId}/graphical/components/brakes`, { status: 'healthy' }],
    [`POST /vehicles/${vehicleId}/graphical/components/brakes/issues`, { description: 'Squeals' }],
  ] as const) {
    const { status } = await stack.call(signature, { as, body })
    expect([signature, status]).toEqual([signature, 403])
  }
})

test('after a sale the former owner keeps the own visits, and the new one begins without', async () => {
  const [former, next] = [await newOwner(), await newOwner()]
  const { vehicleId } = former
  const before = await visitOf(former)
  const history = `/vehicles/${vehicleId}/history`
  expect(await idsOf(history, former.as)).toEqual([before])
  await stack.admin.query('update vehicle set customer_id = $2 where id = $1', [
    vehicleId,
    next.customerId,
  ])
  const after = await visitOf({ ...next, vehicleId })
  expect(await idsOf(history, former.as)).toEqual([before])
  expect(await idsOf(history, next.as)).toEqual([after])
  expect((await idsOf(history, asha)).toSorted()).toEqual([before, after].toSorted())
  const vehicle = [`/vehicles/${vehicleId}`, `/vehicles/${vehicleId}/graphical`]
  expect(await statusesOf(vehicle, former.as)).toEqual(new Set([404]))
  expect(await statusesOf(vehicle, next.as)).toEqual(new Set([200]))
})

test('a visit to a center that the customer is not linked to is the own all the same', async () => {
  const own = await newOwner()
  const { customerId, vehicleId } = own
  const card = cardFact({ customerId, vehicleId }, { serviceCenterId: mumbai })
  await publish(stack, JobCardCreated, card)
  await expect
    .poll(() => idsOf(`/vehicles/${vehicleId}/history`, own.as), { timeout: 20_000 })
    .toEqual([card.jobCardId])
})
