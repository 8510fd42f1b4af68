import { randomUUIDv7 } from 'node:crypto'
import {
  CustomerChanged,
  CustomerRegistered,
  VehicleChanged,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import { eventually } from '@forecourt/testing/eventually'
import { customerFact, vehicleFact } from '@forecourt/testing/facts'
import { asha, farah, gita, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import {
  askForWork,
  knowWorkshops,
  registerVisitor,
  type Card,
  type Requested,
  type Visitor,
} from '@forecourt/testing/visiting'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
})
afterAll(() => stack?.close())

/** Somebody who signs in with an account of their own. */
function newAccount(): typeof gita {
  return { ...gita, userId: randomUUIDv7(), sessionId: randomUUIDv7() }
}

/** A customer whose account came after the registration: the two have different ids. */
async function linkedLater(as = newAccount(), serviceCenterIds = [pune]) {
  const visitor = await registerVisitor(stack, { serviceCenterIds })
  const { customerId } = visitor
  const linked = customerFact({ customerId, accountId: as.userId, serviceCenterIds })
  await publish(stack, CustomerChanged, linked, { version: 2 })
  await knows(as.userId)
  return { as, visitor }
}

/** A customer whose account came first: customer and account have one id. */
async function accountFirst(as = newAccount()) {
  const visitor = await registerVisitor(stack, { customerId: as.userId, accountId: as.userId })
  await knows(as.userId)
  return { as, visitor }
}

function knows(accountId: string) {
  return eventually('a customer with the account', async () => {
    const { rowCount } = await stack.admin.query('select from customer where account_id = $1', [
      accountId,
    ])
    return rowCount === 1
  })
}

/** One more vehicle of a customer. */
async function addVehicle({ customerId }: Visitor, serviceCenterIds = [pune]) {
  const vehicle = { ...vehicleFact(customerId), serviceCenterIds }
  await publish(stack, VehicleRegistered, vehicle)
  return vehicle
}

async function requestOf(visitor: Visitor, serviceCenterId = pune): Promise<Requested> {
  const as = serviceCenterId === pune ? asha : { ...asha, centers: [serviceCenterId] }
  const { status, data, text } = await askForWork(stack, visitor, { as, serviceCenterId })
  if (status !== 201) throw new Error(`The request was refused: ${text}`)
  return data
}

/** A card with one step, a note of the engineer, and two pads that went into the vehicle. */
async function cardOf(visitor: Visitor): Promise<Card> {
  const { id: serviceRequestId } = await requestOf(visitor)
  await stack.call(`PUT /workshop/service-requests/${serviceRequestId}/approve`, {
    as: priya,
    body: {},
  })
  const services = [{ serviceType: 'repair', description: 'Brake service', price: 1_500 }]
  const body = { serviceRequestId, services }
  const { data } = await stack.call<Card>('POST /workshop/job-cards', { as: asha, body })
  const notes = { engineerNotes: 'Pays late', customerNotes: 'Check the tyres' }
  await stack.call(`PUT /workshop/job-cards/${data.id}`, { as: asha, body: notes })
  await usePads(data.id)
  return data
}

/** Two pads in the vehicle, and a bulb that is still awaited. */
async function usePads(cardId: string): Promise<void> {
  const request = randomUUIDv7()
  await stack.admin.query(
    `insert into parts_request (id, job_card_id, service_center_id, status)
     values ($1, $2, $3, 'used')`,
    [request, cardId, pune],
  )
  await stack.admin.query(
    `insert into parts_request_line (id, parts_request_id, job_card_id, service_center_id,
       position, item_id, item_name, unit, quantity_milli, used_milli, status, unit_price_minor,
       currency)
     select gen_random_uuid(), $1, $2, $3, position, gen_random_uuid(), name, 'set', 2000, used,
            status, 118050, 'INR'
       from (values (1, 'Brake pad', 2000, 'issued'), (2, 'Bulb', null, 'short'))
         as line (position, name, used, status)`,
    [request, cardId, pune],
  )
}

async function idsOf(path: string, as: typeof gita): Promise<string[]> {
  const { data } = await stack.call<{ id: string }[]>(`GET ${path}` as 'GET /x', { as })
  return data.map(({ id }) => id)
}

async function statusOf(signature: string, as: typeof gita, body?: unknown): Promise<number> {
  return (await stack.call(signature as 'GET /x', { as, body })).status
}

describe.each([
  ['came before the registration', accountFirst],
  ['came after the registration', linkedLater],
])('a customer whose account %s', (_when, become) => {
  test('sees the own requests and cards, by list and by id, and no others', async () => {
    const own = await become()
    const card = await cardOf(own.visitor)
    const request = await requestOf(own.visitor)
    const neighbour = await linkedLater()
    const [theirCard, theirRequest] = [
      await cardOf(neighbour.visitor),
      await requestOf(neighbour.visitor),
    ]
    const far = await linkedLater(newAccount(), [mumbai])
    const { vehicleId } = await addVehicle(far.visitor, [mumbai])
    const farRequest = await requestOf({ ...far.visitor, vehicleId }, mumbai)
    expect(await idsOf('/workshop/job-cards', own.as)).toEqual([card.id])
    const requests = await idsOf('/workshop/service-requests', own.as)
    expect(new Set(requests)).toEqual(new Set([card['serviceRequestId'], request.id]))
    expect(await statusOf(`GET /workshop/job-cards/${card.id}`, own.as)).toBe(200)
    expect(await statusOf(`GET /workshop/job-cards/${card.id}/graphical-update`, own.as)).toBe(200)
    expect(await statusOf(`GET /workshop/service-requests/${request.id}`, own.as)).toBe(200)
    for (const path of [
      `/workshop/job-cards/${theirCard.id}`,
      `/workshop/job-cards/${theirCard.id}/graphical-update`,
      `/workshop/service-requests/${theirRequest.id}`,
      `/workshop/service-requests/${farRequest.id}`,
    ]) {
      expect([path, await statusOf(`GET ${path}`, own.as)]).toEqual([path, 404])
    }
  })

  test('asks for work on the own vehicle by either id, and calls it off', async () => {
    const { as, visitor } = await become()
    for (const customerId of [visitor.customerId, as.userId]) {
      const { data, status } = await askForWork(stack, { ...visitor, customerId }, { as })
      expect([status, data['customerId']]).toEqual([201, visitor.customerId])
      expect(data).toMatchObject({
        ...{ status: 'pending', requestedBy: as.userId, serviceCenterId: pune },
        ...{ customerName: 'Rahul Patil', vehicleNumber: 'MH12AB1234', available: ['cancel'] },
      })
      const called = await stack.call<Requested>(
        `PUT /workshop/service-requests/${data.id}/cancel`,
        { as, body: { reason: 'I am travelling' } },
      )
      expect(called.data).toMatchObject({ status: 'cancelled', available: [] })
    }
  })
})

test('a customer asks for work where the own vehicle is served, when no center is named', async () => {
  const { as, visitor } = await linkedLater()
  const { data } = await askForWork(stack, visitor, { as, serviceCenterId: null })
  expect(data).toMatchObject({ serviceCenterId: pune })
})

test('a customer asks for no work on a vehicle, or for a person, of somebody else', async () => {
  const [own, other] = [await linkedLater(), await linkedLater()]
  const { customerId } = other.visitor
  for (const tried of [
    other.visitor,
    { ...own.visitor, customerId },
    { ...own.visitor, customerId: other.as.userId },
    { ...own.visitor, vehicleId: other.visitor.vehicleId },
  ]) {
    expect((await askForWork(stack, tried, { as: own.as })).status).toBe(404)
  }
  expect(
    (await askForWork(stack, own.visitor, { as: own.as, serviceCenterId: mumbai })).body,
  ).toMatchObject({ error: { reason: 'customer_not_linked' } })
  expect(await idsOf('/workshop/service-requests', other.as)).toEqual([])
})

test('a customer calls off no request of another, and none that is under way', async () => {
  const [own, other] = [await linkedLater(), await linkedLater()]
  const theirs = await requestOf(other.visitor)
  const body = { reason: 'No longer needed' }
  const cancel = (id: unknown) =>
    statusOf(`PUT /workshop/service-requests/${String(id)}/cancel`, own.as, body)
  expect(await cancel(theirs.id)).toBe(404)
  const card = await cardOf(own.visitor)
  expect(await cancel(card['serviceRequestId'])).toBe(409)
})

test('what staff decides and what staff keeps for itself is no business of customers', async () => {
  const { as, visitor } = await linkedLater()
  const { id } = await requestOf(visitor)
  const card = await cardOf(visitor)
  for (const [signature, body] of [
    [`PUT /workshop/service-requests/${id}`, { description: 'More' }],
    [`PUT /workshop/service-requests/${id}/approve`, {}],
    [`PUT /workshop/service-requests/${id}/schedule`, { scheduledDate: '2026-12-01' }],
    [`PUT /workshop/job-cards/${card.id}`, { customerNotes: 'Hurry' }],
    [`GET /workshop/job-cards/${card.id}/parts-required`, undefined],
    ['GET /workshop/engineers', undefined],
    [`GET /workshop/engineers/${ravi.userId}/workload`, undefined],
  ] as const) {
    expect([signature, await statusOf(signature, as, body)]).toEqual([signature, 403])
  }
})

test('a card shows its customer what was done and used, and not what engineers note', async () => {
  const { as, visitor } = await linkedLater()
  const { id } = await cardOf(visitor)
  const shown = (who: typeof gita) => stack.call<Card>(`GET /workshop/job-cards/${id}`, { as: who })
  const { data } = await shown(as)
  expect(data).toMatchObject({
    ...{ engineerNotes: null, customerNotes: 'Check the tyres', available: [] },
    services: [{ description: 'Brake service', price: 1_500 }],
    partsUsed: [{ itemName: 'Brake pad', quantity: 2, total: 2_361 }],
  })
  const list = await stack.call<Card[]>('GET /workshop/job-cards', { as })
  expect(list.text).not.toContain('Pays late')
  expect((await shown(asha)).data).toMatchObject({ engineerNotes: 'Pays late' })
})

test('after a sale the former owner keeps the own visits, and the new one begins without', async () => {
  const [former, next] = [await linkedLater(), await linkedLater()]
  const vehicle = await addVehicle(former.visitor)
  const { vehicleId } = vehicle
  const card = await cardOf({ ...former.visitor, vehicleId })
  const { customerId } = next.visitor
  await publish(stack, VehicleChanged, { ...vehicle, customerId }, { version: 2 })
  await eventually('a new owner', async () => {
    const { rows } = await stack.admin.query('select customer_id from vehicle where id = $1', [
      vehicleId,
    ])
    return rows[0]?.customer_id === next.visitor.customerId
  })
  expect(await idsOf('/workshop/job-cards', former.as)).toEqual([card.id])
  const { data } = await stack.call(`GET /workshop/job-cards/${card.id}`, { as: former.as })
  expect(data).toMatchObject({ id: card.id, vehicleNumber: null })
  expect(await idsOf('/workshop/job-cards', next.as)).toEqual([])
  expect(await statusOf(`GET /workshop/job-cards/${card.id}`, next.as)).toBe(404)
  const again = (owner: typeof former) =>
    askForWork(stack, { ...owner.visitor, vehicleId }, { as: owner.as })
  expect((await again(former)).status).toBe(404)
  expect((await again(next)).status).toBe(201)
})

test('what was told before customers had accounts opens nothing', async () => {
  const customer = customerFact({ customerId: randomUUIDv7() })
  await publish(stack, CustomerRegistered, customer)
  await eventually('the customer', async () => {
    const { rows } = await stack.admin.query('select account_id from customer where id = $1', [
      customer.customerId,
    ])
    return rows.length === 1 && rows[0].account_id === null
  })
  const stranger = { ...farah, userId: customer.customerId }
  expect(await idsOf('/workshop/job-cards', stranger)).toEqual([])
})
