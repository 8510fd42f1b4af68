import { randomUUIDv7 } from 'node:crypto'
import { InvoiceCancelled, InvoiceIssued } from '@forecourt/contracts/billing-events'
import type { DataOf } from '@forecourt/contracts/event'
import {
  JobCardCancelled,
  JobCardCompleted,
  JobCardCreated,
  JobCardDelivered,
  JobCardStarted,
} from '@forecourt/contracts/workshop-events'
import { eventually } from '@forecourt/testing/eventually'
import { invoiceFact } from '@forecourt/testing/facts'
import { asha, gita, isha, meera, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { knowCenters, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { cardFact } from '@forecourt/testing/visit-facts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { customerVehicle } from '../service.ts'

let stack: Stack
let visitor = { customerId: '', vehicleId: '' }
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
})
afterAll(() => stack?.close())
beforeEach(async () => {
  await stack.redis.flushdb()
  const { customer, vehicles } = await register(stack)
  visitor = { customerId: customer.id, vehicleId: vehicles[0]?.id ?? '' }
})

type Card = DataOf<typeof JobCardCreated>

function newCard(changes: Partial<Card> = {}): Card {
  return cardFact(visitor, {
    status: 'created',
    services: [
      {
        lineId: randomUUIDv7(),
        serviceType: 'repair',
        description: 'Brake service',
        status: 'pending',
        estimatedTime: null,
        actualTime: null,
        priceMinor: 150_000,
        sacCode: '998729',
        taxRate: 18,
      },
    ],
    ...changes,
  })
}

const say = (contract: typeof JobCardCreated, card: Card, version: number, at?: string) =>
  publish(stack, contract, card, { version, ...(at && { at }) })

interface Shown {
  id: string
  status: string
  [field: string]: unknown
}

async function history(as = asha): Promise<Shown[]> {
  const path = `GET /vehicles/${visitor.vehicleId}/history` as const
  return (await stack.call<Shown[]>(path, { as })).data
}

async function vehicle(as = asha): Promise<Shown> {
  return (await stack.call<Shown>(`GET /vehicles/${visitor.vehicleId}`, { as })).data
}

const becomes = (status: string) =>
  expect.poll(async () => (await vehicle()).status, { timeout: 20_000 }).toBe(status)

const shows = (card: Card, status: string) =>
  eventually(`the visit ${status}`, async () =>
    (await history()).find((visit) => visit.id === card.jobCardId && visit.status === status),
  )

test('a visit is in the history from the opening of its card, with what it comes to', async () => {
  const card = newCard()
  await say(JobCardCreated, card, 1, '2026-11-20T04:30:00Z')
  const opened = await shows(card, 'created')
  expect(opened).toMatchObject({
    jobCardId: card.jobCardId,
    jobCardNumber: 'JC-000456',
    services: [{ description: 'Brake service', status: 'pending', price: 1_500 }],
    totalAmount: 1_770,
    openedAt: '2026-11-20T04:30:00Z',
    completedAt: null,
    invoiceNumber: null,
  })
  const done: Card = {
    ...card,
    status: 'completed',
    odometerReading: 45_210,
    additionalServices: [
      {
        ...{ lineId: randomUUIDv7(), description: 'Wiper blades', costMinor: 90_000 },
        ...{ sacCode: null, taxRate: 18, decision: 'approved' },
      },
      {
        ...{ lineId: randomUUIDv7(), description: 'Polish', costMinor: 70_000 },
        ...{ sacCode: null, taxRate: 18, decision: 'rejected' },
      },
    ],
    partsUsed: [
      {
        ...{ lineId: randomUUIDv7(), itemId: randomUUIDv7(), description: 'Brake pad' },
        ...{ unit: 'set', quantity: 1.5, unitPriceMinor: 100_000, hsnCode: null, taxRate: 18 },
        ...{ isWarranty: false, warrantyNumber: null },
      },
    ],
  }
  await say(JobCardCompleted, done, 2, '2026-11-20T09:00:00Z')
  expect(await shows(card, 'completed')).toMatchObject({
    odometerReading: 45_210,
    services: [{ description: 'Brake service' }, { description: 'Wiper blades', price: 900 }],
    partsUsed: [{ itemName: 'Brake pad', quantity: 1.5, unitPrice: 1_000 }],
    totalAmount: 4_602,
    openedAt: '2026-11-20T04:30:00Z',
    completedAt: '2026-11-20T09:00:00Z',
  })
})

test('the invoice has the last word, until it is taken back', async () => {
  const card = newCard()
  const { jobCardId } = card
  const issued = invoiceFact({
    ...{ jobCardId, invoiceNumber: 'PUN/26-27/000001', status: 'sent', totalMinor: 176_900 },
    invoiceDate: '2026-11-20',
  })
  // Billing may be faster than the workshop.
  await publish(stack, InvoiceIssued, issued, { version: 2 })
  await say(JobCardCreated, card, 1)
  const billed = await eventually('a bill', async () => {
    const [visit] = await history()
    return visit?.['invoiceNumber'] ? visit : undefined
  })
  expect(billed).toMatchObject({
    ...{ invoiceId: issued.invoiceId, invoiceNumber: 'PUN/26-27/000001' },
    ...{ invoiceDate: '2026-11-20', totalAmount: 1_769 },
  })
  await publish(stack, InvoiceCancelled, { ...issued, status: 'cancelled' }, { version: 3 })
  await expect
    .poll(async () => (await history())[0]?.['totalAmount'], { timeout: 20_000 })
    .toBe(1_770)
})

test('the vehicle is in service while it is here, and active when it is handed over', async () => {
  const card = newCard()
  expect((await vehicle()).status).toBe('active')
  await say(JobCardCreated, card, 1)
  await becomes('in_service')
  await say(JobCardCompleted, { ...card, status: 'completed' }, 2)
  await becomes('completed')
  await say(JobCardDelivered, { ...card, status: 'delivered' }, 3)
  await becomes('active')
  await stack.topics.next(
    'customer-vehicle.vehicle.changed.v1',
    ({ key, headers }) => key === visitor.vehicleId && headers['ce_sequence'] === '4',
  )
  const versions = stack.topics.seen
    .filter(({ key, type }) => key === visitor.vehicleId && type.endsWith('vehicle.changed.v1'))
    .map(({ data, headers }) => [headers['ce_sequence'], data?.['status']])
  expect(versions).toEqual([
    ['2', 'in_service'],
    ['3', 'completed'],
    ['4', 'active'],
  ])
})

test('the same news again, or older news, changes nothing', async () => {
  const card = newCard()
  const delivered: Card = { ...card, status: 'delivered' }
  await say(JobCardDelivered, delivered, 5)
  await shows(card, 'delivered')
  const id = await say(JobCardStarted, { ...card, status: 'in_progress' }, 3)
  await publish(stack, JobCardStarted, { ...card, status: 'in_progress' }, { id, version: 3 })
  await say(JobCardDelivered, { ...delivered, odometerReading: 7 }, 6)
  await eventually('the last news', async () => (await history())[0]?.['odometerReading'] === 7)
  expect(await vehicle()).toMatchObject({ status: 'active', version: 1 })
  expect(await history()).toHaveLength(1)
})

test('of two visits at once the last one that ends lets the vehicle go', async () => {
  const cards = [newCard(), newCard({ jobCardNumber: 'JC-000457' })]
  await Promise.all(cards.map((card) => say(JobCardCreated, card, 1)))
  for (const card of cards) await shows(card, 'created')
  await becomes('in_service')
  await Promise.all(cards.map((card) => say(JobCardCancelled, { ...card, status: 'cancelled' }, 2)))
  for (const card of cards) await shows(card, 'cancelled')
  expect((await vehicle()).status).toBe('active')
})

test('the newest visit comes first, and lists can be narrowed', async () => {
  const cards = [newCard(), newCard({ jobCardNumber: 'JC-000999' })]
  for (const [place, card] of cards.entries()) {
    await say(JobCardCreated, card, 1, `2026-11-0${place + 1}T10:00:00.000Z`)
    await shows(card, 'created')
  }
  expect((await history()).map(({ id }) => id)).toEqual([cards[1]?.jobCardId, cards[0]?.jobCardId])
  const path = `GET /vehicles/${visitor.vehicleId}/history` as const
  const found = await stack.call<Shown[]>(path, { as: ravi, query: { search: '000999' } })
  expect(found.data.map(({ id }) => id)).toEqual([cards[1]?.jobCardId])
})

test('each center sees its own visits alone; one that never saw the vehicle sees nothing', async () => {
  const card = newCard()
  await say(JobCardCreated, card, 1)
  await shows(card, 'created')
  const path = `/vehicles/${visitor.vehicleId}` as const
  for (const what of ['', '/history'] as const) {
    expect((await stack.call(`GET ${path}${what}`, { as: meera })).status).toBe(404)
    expect((await stack.call(`GET ${path}${what}`, { as: priya })).status).toBe(200)
    expect((await stack.call(`GET ${path}${what}`, { as: isha })).status).toBe(403)
    expect((await stack.call(`GET ${path}${what}`, { as: gita })).status).toBe(404)
  }
  // Mumbai works on it: from then on it serves it, and sees what it did.
  const there = newCard({ serviceCenterId: mumbai, jobCardNumber: 'JC-000777' })
  await say(JobCardCreated, there, 1)
  await eventually('a link', async () => {
    return (await stack.call(`GET ${path}`, { as: meera })).status === 200
  })
  expect(await history(meera)).toMatchObject([{ jobCardNumber: 'JC-000777' }])
  expect(await history()).toMatchObject([{ jobCardNumber: 'JC-000456' }])
  const linked = await stack.topics.next(
    'customer-vehicle.vehicle.changed.v1',
    ({ key, data }) =>
      key === visitor.vehicleId && String(data?.['serviceCenterIds']).includes(mumbai),
  )
  expect(linked.data?.['serviceCenterIds']).toEqual([pune, mumbai])
})
