import { randomUUIDv7 } from 'node:crypto'
import {
  InvoiceCancelled,
  InvoiceDrafted,
  InvoiceSettled,
} from '@forecourt/contracts/billing-events'
import { ReservationExpired, ReservationFilled } from '@forecourt/contracts/inventory-events'
import { eventually } from '@forecourt/testing/eventually'
import { invoiceFact } from '@forecourt/testing/facts'
import { asha, dev, nikhil, priya, pune, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { answerParts } from '@forecourt/testing/reserving'
import { openStack, type Stack } from '@forecourt/testing/stack'
import type { SeenEvent } from '@forecourt/testing/topic-watch'
import {
  knowItem,
  knowStaff,
  knowWorkshops,
  openCard,
  startCard,
  type Card,
} from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
let pad = ''
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
  pad = await knowItem(stack)
})
afterAll(() => stack?.close())

function put(card: { id: string }, action: string, as = ravi, body: object = {}) {
  return stack.call<Card>(`PUT /workshop/job-cards/${card.id}/${action}`, { as, body })
}

interface Part {
  id: string
  status: string
  unitPrice: number
}

function ask(card: { id: string }, quantities: number[], as = ravi) {
  const items = quantities.map((quantity) => ({ itemId: pad, quantity }))
  const path = `PUT /workshop/job-cards/${card.id}/parts-request` as const
  return stack.call<Part[]>(path, { as, body: { items } })
}

function told(type: string, is: (event: SeenEvent) => boolean): Promise<SeenEvent> {
  return stack.topics.next(`workshop.${type}.v1`, is)
}

const ofCard =
  ({ id }: { id: string }) =>
  ({ data, key }: SeenEvent) =>
    key === id || data?.['jobCardId'] === id

async function see(card: { id: string }): Promise<Card> {
  return (await stack.call<Card>(`GET /workshop/job-cards/${card.id}`, { as: ravi })).data
}

test('a request has one card, though eight are opened at once, and is under way with it', async () => {
  const { serviceRequestId } = await openCard(stack)
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      stack.call('POST /workshop/job-cards', { as: asha, body: { serviceRequestId } }),
    ),
  )
  expect(new Set(answers.map(({ body }) => body.error?.reason))).toEqual(
    new Set(['job_card_exists']),
  )
  const request = await stack.call(`GET /workshop/service-requests/${String(serviceRequestId)}`, {
    as: asha,
  })
  expect(request.data).toMatchObject({ status: 'in_progress', available: [] })
})

test('work cannot start before an engineer is assigned, and only an engineer of the center is', async () => {
  const card = await openCard(stack)
  expect((await put(card, 'start', priya)).body.error?.reason).toBe('state_forbids')
  for (const { userId } of [nikhil, asha]) {
    const refused = await put(card, 'assign', priya, { assignedEngineer: userId })
    expect(refused.body.error?.reason).toBe('engineer_not_in_center')
  }
  const { data } = await put(card, 'assign', priya, { engineerId: ravi.userId })
  expect(data).toMatchObject({ status: 'assigned', assignedEngineer: ravi.userId })
  expect((await put(card, 'start', dev)).body.error?.reason).toBe('not_your_job_card')
  expect((await put(card, 'start')).data.status).toBe('in_progress')
})

test('an inspection may come before the assignment or after it', async () => {
  const seen = { odometerReading: 45_210, fuelLevel: 60, issuesReported: ['Brakes squeal'] }
  const first = await openCard(stack)
  const inspected = await put(first, 'pre-inspection', ravi, { ...seen, estimatedCost: 4_500.5 })
  expect(inspected.data).toMatchObject({
    status: 'inspected',
    preInspection: { ...seen, estimatedCost: 4_500.5, inspectedBy: ravi.userId },
  })
  const second = await openCard(stack)
  await put(second, 'assign', priya, { assignedEngineer: ravi.userId })
  expect((await put(second, 'pre-inspection', ravi, seen)).data.status).toBe('assigned')
})

test('parts that are there are reserved at the price of inventory, and the job is done with them', async () => {
  const card = await startCard(stack)
  const asked = await ask(card, [2])
  expect(asked.data).toMatchObject([{ itemId: pad, status: 'requested', quantity: 2 }])
  expect((await put(card, 'complete')).body.error?.reason).toBe('parts_outstanding')
  const requested = await told('parts-request.requested', ofCard(card))
  await answerParts(stack, requested, ['reserved'])
  await told('parts-request.accepted', ofCard(card))
  const { data, status } = await put(card, 'complete', ravi, {
    partsUsed: [{ itemId: pad, quantity: 1.5 }],
  })
  expect(status).toBe(200)
  expect(data).toMatchObject({
    status: 'completed',
    services: [{ status: 'completed', price: 1_500 }],
    partsUsed: [{ itemId: pad, quantity: 1.5, unitPrice: 1_200, total: 1_800 }],
  })
  const used = await told('parts-request.used', ofCard(card))
  expect(used.data).toMatchObject({ lines: [{ quantityUsed: 1.5, isWarranty: false }] })
  const completed = await told('job-card.completed', ofCard(card))
  expect(completed.data).toMatchObject({
    status: 'completed',
    partsUsed: [{ itemId: pad, quantity: 1.5, unitPriceMinor: 120_000, hsnCode: '870830' }],
    services: [{ priceMinor: 150_000, sacCode: '998729', taxRate: 18 }],
  })
  await told('service-request.completed', ({ key }) => key === card['serviceRequestId'])
})

test('a card waits for what is short, and goes on where it was when it is there', async () => {
  const card = await startCard(stack)
  await ask(card, [1, 1])
  const requested = await told('parts-request.requested', ofCard(card))
  await answerParts(stack, requested, ['reserved', 'waiting'])
  await told('job-card.parts-awaited', ofCard(card))
  expect((await see(card)).status).toBe('waiting_parts')
  await answerParts(stack, requested, ['reserved', 'reserved'], ReservationFilled, 2)
  const arrived = await told('job-card.parts-arrived', ofCard(card))
  expect(arrived.data).toMatchObject({ status: 'in_progress' })
  expect((await put(card, 'complete')).status).toBe(200)
})

test('a reservation that expired is waited for again', async () => {
  const card = await startCard(stack)
  await ask(card, [1])
  const requested = await told('parts-request.requested', ofCard(card))
  await answerParts(stack, requested, ['released'], ReservationExpired)
  await told('job-card.parts-awaited', ofCard(card))
  await answerParts(stack, requested, ['reserved'], ReservationFilled, 2)
  const arrived = await told('job-card.parts-arrived', ofCard(card))
  expect(arrived.data).toMatchObject({ status: 'in_progress' })
})

test('a card that is called off gives its parts back, and its request may have another', async () => {
  const card = await startCard(stack)
  await ask(card, [1])
  const requested = await told('parts-request.requested', ofCard(card))
  const { data } = await put(card, 'cancel', priya, { reason: 'The customer left' })
  expect(data).toMatchObject({ status: 'cancelled', reason: 'The customer left', available: [] })
  const withdrawn = await told('parts-request.withdrawn', ofCard(card))
  expect(withdrawn.data?.['lineIds']).toHaveLength(1)
  await answerParts(stack, requested, ['reserved'])
  await told(
    'parts-request.withdrawn',
    (event) => ofCard(card)(event) && event.headers['ce_sequence'] === '3',
  )
  const { serviceRequestId } = card
  const again = await stack.call('POST /workshop/job-cards', {
    as: asha,
    body: { serviceRequestId },
  })
  expect(again.status).toBe(201)
})

test('of eight completions at once, one has an effect', async () => {
  const card = await startCard(stack)
  const answers = await Promise.all(Array.from({ length: 8 }, () => put(card, 'complete')))
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
  expect((await put(card, 'deliver', asha)).data).toMatchObject({ status: 'delivered' })
})

test('an engineer works on the own cards alone, a manager on all of the center', async () => {
  const card = await startCard(stack)
  const step = { services: [{ id: card.services[0]?.id, status: 'in_progress', actualTime: 0.5 }] }
  const keep = (as: typeof dev) =>
    stack.call<Card>(`PUT /workshop/job-cards/${card.id}`, { as, body: step })
  expect((await ask(card, [1], dev)).status).toBe(403)
  expect((await keep(dev)).status).toBe(403)
  expect((await keep(ravi)).data.services).toMatchObject([
    { status: 'in_progress', actualTime: 0.5 },
  ])
  expect((await put(card, 'complete', priya)).status).toBe(200)
})

test('the workload counts what somebody has to do', async () => {
  const open = await startCard(stack)
  interface Load {
    inProgress: number
    completedToday: number
    jobCards: { id: string }[]
  }
  const load = async () => {
    const path = `GET /workshop/engineers/${ravi.userId}/workload` as const
    return (await stack.call<Load>(path, { as: priya })).data
  }
  const before = await load()
  expect(before.jobCards.map(({ id }) => id)).toContain(open.id)
  await put(open, 'complete')
  const after = await load()
  expect(after.inProgress).toBe(before.inProgress - 1)
  expect(after.completedToday).toBe(before.completedToday + 1)
  const { data } = await stack.call<{ id: string }[]>('GET /workshop/engineers', { as: priya })
  expect(new Set(data.map(({ id }) => id))).toEqual(new Set([ravi.userId, dev.userId]))
})

test('the card says how far it is billed and paid, as billing says', async () => {
  const card = await startCard(stack)
  await put(card, 'complete')
  const invoiceId = randomUUIDv7()
  const fact = { invoiceId, jobCardId: card.id, serviceCenterId: pune }
  await publish(stack, InvoiceDrafted, invoiceFact(fact))
  await told('job-card.billed', ofCard(card))
  expect(await see(card)).toMatchObject({ invoiceId, paymentStatus: 'pending' })
  const paid = invoiceFact({ ...fact, status: 'paid', paymentStatus: 'paid' })
  await publish(stack, InvoiceSettled, paid, { version: 3 })
  const settled = await told(
    'job-card.billed',
    (event) => ofCard(card)(event) && event.data?.['paymentStatus'] === 'paid',
  )
  expect(settled.data).toMatchObject({ invoiceId, status: 'completed' })
})

test('the invoice of a card is the latest one, in whatever order billing’s news arrives', async () => {
  const card = await startCard(stack)
  await put(card, 'complete')
  // Ids of one millisecond are in no order; a job is not billed again as fast as that.
  const [first = '', second = ''] = [randomUUIDv7(), randomUUIDv7()].toSorted()
  const fact = { jobCardId: card.id, serviceCenterId: pune }
  await publish(stack, InvoiceDrafted, invoiceFact({ ...fact, invoiceId: second }))
  await told('job-card.billed', ofCard(card))
  const paid = invoiceFact({ ...fact, invoiceId: second, status: 'paid', paymentStatus: 'paid' })
  const late = invoiceFact({ ...fact, invoiceId: first, status: 'cancelled' })
  const news = [
    await publish(stack, InvoiceDrafted, invoiceFact({ ...fact, invoiceId: first })),
    await publish(stack, InvoiceCancelled, late, { version: 2 }),
    await publish(stack, InvoiceSettled, paid, { version: 3 }),
  ]
  await eventually('all news', async () => {
    const { rowCount } = await stack.admin.query('select from inbox where event_id = any ($1)', [
      news,
    ])
    return rowCount === news.length
  })
  expect(await see(card)).toMatchObject({ invoiceId: second, paymentStatus: 'paid' })
})
