import { InvoiceCancelled, InvoiceIssued } from '@forecourt/contracts/billing-events'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { centerFact, invoiceFact } from '@forecourt/testing/facts'
import { asha, isha, kiran, meera, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
import type { Person } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reporting } from '../service.ts'
import type { Kpi } from './dashboard.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(reporting)
  await publish(stack, ServiceCenterOpened, centerFact())
  const other = { serviceCenterId: mumbai, code: 'MUM', name: 'Forecourt Mumbai' }
  await publish(stack, ServiceCenterOpened, centerFact(other))
})
afterAll(() => stack?.close())

/** A day of Pune, so many days from today. */
function dayOfPune(days = 0): string {
  const today = Temporal.Now.plainDateISO('Asia/Kolkata')
  return today.add({ days }).toString()
}

async function kpisOf(as: Person, query: Record<string, string> = {}) {
  const { data } = await stack.call<Kpi[]>('GET /dashboard/kpis', { as, query })
  const value = (name: string) => data.find((kpi) => kpi.name === name)?.value
  return { data, value, names: data.map(({ name }) => name) }
}

function sell(totalMinor: number, invoiceDate: string, serviceCenterId = pune) {
  const invoice = invoiceFact({ status: 'sent', totalMinor, invoiceDate, serviceCenterId })
  return publish(stack, InvoiceIssued, invoice, { version: 2 }).then(() => invoice)
}

test('an invoice is revenue of the day, the week and the month in which it was issued', async () => {
  await sell(455_598, dayOfPune())
  await expect.poll(async () => (await kpisOf(priya)).value('revenue_today')).toBe(4_555.98)
  const { data } = await kpisOf(priya)
  const revenue = data.filter(({ name }) => name.startsWith('revenue'))
  expect(revenue.map(({ name, period }) => [name, period])).toEqual([
    ['revenue_today', 'daily'],
    ['revenue_week', 'weekly'],
    ['revenue_month', 'monthly'],
  ])
  expect(revenue[0]).toMatchObject({ trend: 'up', currency: 'INR' })
})

test('what was sold yesterday is not of today, and makes the trend', async () => {
  await sell(900_000, dayOfPune(-1))
  await expect
    .poll(async () => (await kpisOf(priya)).data.find(({ name }) => name === 'revenue_today'))
    .toMatchObject({ value: 4_555.98, trend: 'down' })
})

test('an issued invoice that is taken back lessens the revenue of that day, once', async () => {
  const before = (await kpisOf(priya)).value('revenue_today') ?? 0
  const invoice = await sell(100_000, dayOfPune())
  await expect.poll(async () => (await kpisOf(priya)).value('revenue_today')).toBe(before + 1_000)
  const back = { ...invoice, status: 'cancelled' }
  const id = await publish(stack, InvoiceCancelled, back, { version: 3 })
  await publish(stack, InvoiceCancelled, back, { version: 3, id })
  await publish(stack, InvoiceCancelled, back, { version: 3 })
  await expect.poll(async () => (await kpisOf(priya)).value('revenue_today')).toBe(before)
})

test('each role sees the figures that it is promised, and no others', async () => {
  const requests = ['service_requests_pending', 'service_requests_completed']
  const revenue = ['revenue_today', 'revenue_week', 'revenue_month']
  expect((await kpisOf(kiran)).names).toEqual([
    ...['total_service_centers', 'total_active_vehicles'],
    ...[...requests, ...revenue, 'low_stock_items'],
  ])
  const ofCenter = [
    ...[...requests, 'job_cards_in_progress', ...revenue, 'low_stock_items'],
    ...['pending_approvals', 'engineer_utilization'],
  ]
  expect((await kpisOf(priya)).names).toEqual(ofCenter)
  expect((await kpisOf(asha)).names).toEqual(ofCenter)
  const own = ['assigned_job_cards', 'completed_today', 'pending_work', 'parts_required']
  expect((await kpisOf(ravi)).names).toEqual(own)
  expect((await stack.call('GET /dashboard/kpis', { as: isha })).status).toBe(403)
})

test('another center sees none of it, and asking for it finds nothing', async () => {
  await sell(700_000, dayOfPune(), mumbai)
  await expect.poll(async () => (await kpisOf(meera)).value('revenue_today')).toBe(7_000)
  expect((await kpisOf(priya)).value('revenue_today')).toBe(4_555.98)
  expect((await kpisOf(kiran)).value('revenue_today')).toBe(11_555.98)
  expect((await kpisOf(kiran, { serviceCenterId: mumbai })).value('revenue_today')).toBe(7_000)
  for (const path of ['GET /dashboard', 'GET /dashboard/kpis'] as const) {
    const foreign = await stack.call(path, { as: meera, query: { serviceCenterId: pune } })
    expect(foreign.status).toBe(404)
    const nowhere = { serviceCenterId: kiran.userId }
    expect((await stack.call(path, { as: kiran, query: nowhere })).status).toBe(404)
  }
})

test('a dashboard names whose it is, what it shows and how that stands', async () => {
  const { data } = await stack.call('GET /dashboard', { as: priya })
  expect(data).toMatchObject({
    userId: priya.userId,
    serviceCenterId: pune,
    role: 'service_center',
    widgets: expect.arrayContaining([
      { type: 'kpi', position: 1, config: { kpi: 'service_requests_pending' } },
    ]),
    kpis: (await kpisOf(priya)).data,
  })
  const ofAll = await stack.call('GET /dashboard', { as: kiran })
  expect(ofAll.data).toMatchObject({ role: 'admin', serviceCenterId: null })
})
