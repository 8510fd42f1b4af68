import { randomUUIDv7 } from 'node:crypto'
import { InvoiceIssued } from '@forecourt/contracts/billing-events'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import type { DataOf } from '@forecourt/contracts/event'
import { ServiceCenterOpened, UserChanged, UserCreated } from '@forecourt/contracts/identity-events'
import {
  ReservationFilled,
  ReservationPlaced,
  StockAlertCleared,
  StockAlertRaised,
} from '@forecourt/contracts/inventory-events'
import { PartsRequested } from '@forecourt/contracts/parts-request-events'
import {
  JobCardApprovalAsked,
  JobCardApprovalDecided,
  JobCardAssigned,
  JobCardCompleted,
  JobCardCreated,
  JobCardPartsAwaited,
  JobCardStarted,
  ServiceRequestApproved,
  ServiceRequestCompleted,
  ServiceRequestOpened,
} from '@forecourt/contracts/workshop-events'
import { centerFact, invoiceFact, vehicleFact } from '@forecourt/testing/facts'
import { dev, kiran, mumbai, nikhil, priya, pune, ravi } from '@forecourt/testing/people'
import type { Person } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { alertFact, cardFact, requestFact, userFact } from '@forecourt/testing/visit-facts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reporting } from '../service.ts'
import type { Kpi } from './dashboard.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(reporting)
  const young = randomUUIDv7()
  await publish(stack, ServiceCenterOpened, centerFact())
  await publish(stack, ServiceCenterOpened, centerFact({ serviceCenterId: mumbai, code: 'MUM' }))
  const closed = { serviceCenterId: young, code: 'OLD', isActive: false }
  await publish(stack, ServiceCenterOpened, centerFact(closed))
  for (const one of [ravi, dev, nikhil, priya]) await publish(stack, UserCreated, userFact(one))
})
afterAll(() => stack?.close())

/** What a person sees at this moment, by name. */
async function seenBy(as: Person): Promise<Record<string, number>> {
  const { data } = await stack.call<Kpi[]>('GET /dashboard/kpis', { as })
  return Object.fromEntries(data.map(({ name, value }) => [name, value]))
}

const vehicle = vehicleFact(randomUUIDv7())
const visitor = { customerId: vehicle.customerId, vehicleId: vehicle.vehicleId }
const request = requestFact(visitor)
const card = cardFact(visitor)
let version = 0

function tellOfCard(
  contract: typeof JobCardCreated,
  changes: Partial<DataOf<typeof JobCardCreated>>,
): Promise<string> {
  version += 1
  return publish(stack, contract, { ...card, ...changes }, { version })
}

test('a vehicle that is registered counts for the group, and a request waits for the manager', async () => {
  await publish(stack, VehicleRegistered, vehicle)
  await publish(stack, ServiceRequestOpened, request)
  await expect
    .poll(() => seenBy(kiran))
    .toMatchObject({ total_service_centers: 2, total_active_vehicles: 1 })
  await expect
    .poll(() => seenBy(priya))
    .toMatchObject({ service_requests_pending: 1, service_requests_completed: 0 })
  await publish(stack, ServiceRequestApproved, { ...request, status: 'approved' }, { version: 2 })
  await expect.poll(() => seenBy(priya)).toMatchObject({ service_requests_pending: 0 })
})

test('a card counts for the engineer who was given it, and for nobody else', async () => {
  await tellOfCard(JobCardCreated, { status: 'created', assignedEngineer: null })
  await tellOfCard(JobCardAssigned, { status: 'assigned' })
  await expect
    .poll(() => seenBy(ravi))
    .toMatchObject({ assigned_job_cards: 1, pending_work: 1, completed_today: 0 })
  await expect.poll(() => seenBy(dev)).toMatchObject({ assigned_job_cards: 0, pending_work: 0 })
  await expect
    .poll(() => seenBy(priya))
    .toMatchObject({ job_cards_in_progress: 0, engineer_utilization: 50 })
  await tellOfCard(JobCardAssigned, { status: 'assigned', assignedEngineer: dev.userId })
  await expect.poll(() => seenBy(dev)).toMatchObject({ assigned_job_cards: 1, pending_work: 1 })
  await expect.poll(() => seenBy(ravi)).toMatchObject({ assigned_job_cards: 0, pending_work: 0 })
  await tellOfCard(JobCardAssigned, { status: 'assigned' })
  await tellOfCard(JobCardStarted, { status: 'in_progress' })
  await expect.poll(() => seenBy(ravi)).toMatchObject({ assigned_job_cards: 1, pending_work: 0 })
  await expect.poll(() => seenBy(priya)).toMatchObject({ job_cards_in_progress: 1 })
})

test('what is told late of a card that has moved on changes nothing', async () => {
  const before = await Promise.all([seenBy(ravi), seenBy(dev), seenBy(priya)])
  const late = { ...card, status: 'assigned', assignedEngineer: ravi.userId } as const
  const eventId = await publish(stack, JobCardAssigned, late, { version: 2 })
  await expect
    .poll(async () => {
      const asked = 'select from inbox where event_id = $1'
      return (await stack.admin.query(asked, [eventId])).rowCount
    })
    .toBe(1)
  expect(await Promise.all([seenBy(ravi), seenBy(dev), seenBy(priya)])).toEqual(before)
})

test('who is suspended is no engineer to be busy', async () => {
  await publish(stack, UserChanged, { ...userFact(dev), status: 'suspended' }, { version: 2 })
  await expect.poll(() => seenBy(priya)).toMatchObject({ engineer_utilization: 100 })
})

test('parts are required until they are set aside, also where the answer is told first', async () => {
  const partsRequestId = randomUUIDv7()
  const about = { jobCardId: card.jobCardId, serviceCenterId: pune }
  const lines = [1, 2, 3].map(() => {
    return { lineId: randomUUIDv7(), itemId: randomUUIDv7(), quantity: 1 }
  })
  const reservation = (status: string, states: string[]): DataOf<typeof ReservationPlaced> => ({
    ...{ reservationId: partsRequestId, documentType: 'job_card', documentId: card.jobCardId },
    ...{ serviceCenterId: pune, status },
    lines: lines.map((line, place) => ({
      ...{ ...line, description: 'Brake pad', unit: 'set', status: states[place] ?? '' },
      ...{ unitPriceMinor: 118_050, currency: 'INR', hsnCode: null, taxRate: 18 },
    })),
  })
  const placed = reservation('placed', ['reserved', 'waiting', 'waiting'])
  await publish(stack, ReservationPlaced, placed)
  await expect.poll(() => seenBy(ravi)).toMatchObject({ parts_required: 2 })
  await publish(stack, PartsRequested, { partsRequestId, ...about, lines })
  await tellOfCard(JobCardPartsAwaited, { status: 'waiting_parts' })
  await expect.poll(() => seenBy(priya)).toMatchObject({ job_cards_in_progress: 0 })
  const filled = reservation('placed', ['reserved', 'reserved', 'waiting'])
  await publish(stack, ReservationFilled, filled, { version: 2 })
  await expect.poll(() => seenBy(ravi)).toMatchObject({ parts_required: 1 })
  await expect.poll(() => seenBy(dev)).toMatchObject({ parts_required: 0 })
})

test('what is low at a center or in the warehouse is low until it is there again', async () => {
  const low = alertFact(randomUUIDv7())
  await publish(stack, StockAlertRaised, low)
  await publish(stack, StockAlertRaised, alertFact(randomUUIDv7(), null))
  await expect.poll(() => seenBy(kiran)).toMatchObject({ low_stock_items: 2 })
  await expect.poll(() => seenBy(priya)).toMatchObject({ low_stock_items: 1 })
  await publish(stack, StockAlertCleared, low, { version: 2 })
  await expect.poll(() => seenBy(priya)).toMatchObject({ low_stock_items: 0 })
})

test('the customer is asked, the work is done and billed', async () => {
  await tellOfCard(JobCardApprovalAsked, { status: 'waiting_customer_approval' })
  await expect
    .poll(() => seenBy(priya))
    .toMatchObject({ pending_approvals: 1, job_cards_in_progress: 0 })
  await tellOfCard(JobCardApprovalDecided, { status: 'in_progress' })
  await expect
    .poll(() => seenBy(priya))
    .toMatchObject({ pending_approvals: 0, job_cards_in_progress: 1 })
  await tellOfCard(JobCardCompleted, { status: 'completed' })
  await publish(stack, ServiceRequestCompleted, { ...request, status: 'completed' }, { version: 3 })
  const invoiceDate = Temporal.Now.plainDateISO('Asia/Kolkata').toString()
  const sold = invoiceFact({ status: 'sent', totalMinor: 455_598, invoiceDate })
  await publish(stack, InvoiceIssued, sold, { version: 2 })
  await expect
    .poll(() => seenBy(ravi))
    .toMatchObject({ assigned_job_cards: 0, completed_today: 1, parts_required: 0 })
  await expect
    .poll(() => seenBy(priya))
    .toMatchObject({
      ...{ service_requests_completed: 1, job_cards_in_progress: 0, engineer_utilization: 0 },
      ...{ revenue_today: 4_555.98, revenue_month: 4_555.98 },
    })
})

test('a month and a year begin with their first day', async () => {
  for (const period of ['weekly', 'monthly', 'yearly']) {
    const asked = { as: priya, query: { period } }
    const { data } = await stack.call<Kpi[]>('GET /dashboard/kpis', asked)
    const done = data.find(({ name }) => name === 'service_requests_completed')
    expect(done).toEqual({
      ...{ name: 'service_requests_completed', value: 1, trend: 'up', period, currency: null },
    })
  }
  const wrong = { as: priya, query: { period: 'hourly' } }
  expect((await stack.call('GET /dashboard/kpis', wrong)).status).toBe(422)
})
