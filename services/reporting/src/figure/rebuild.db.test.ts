import { InvoiceCancelled, InvoiceIssued } from '@forecourt/contracts/billing-events'
import { VehicleChanged, VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { ReservationPlaced, StockAlertRaised } from '@forecourt/contracts/inventory-events'
import { PartsRequested } from '@forecourt/contracts/parts-request-events'
import {
  JobCardAssigned,
  JobCardCompleted,
  JobCardCreated,
  JobCardStarted,
  ServiceRequestApproved,
  ServiceRequestOpened,
} from '@forecourt/contracts/workshop-events'
import { rebuild } from '@forecourt/platform/rebuild'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact, invoiceFact, vehicleFact } from '@forecourt/testing/facts'
import { pune, ravi } from '@forecourt/testing/people'
import { publish, publishTombstone } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { alertFact, cardFact, requestFact } from '@forecourt/testing/visit-facts'
import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reporting } from '../service.ts'
import { figures } from './figures.consumers.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(reporting)
  await publish(stack, ServiceCenterOpened, centerFact())
})
afterAll(() => stack?.close())

const visitor = { customerId: randomUUIDv7(), vehicleId: randomUUIDv7() }

/** A vehicle comes, is repaired and billed; yesterday, so that days are told apart. */
async function visit(): Promise<void> {
  const at = new Date(Date.now() - 24 * 3_600_000).toISOString()
  const vehicle = vehicleFact(visitor.customerId)
  await publish(stack, VehicleRegistered, vehicle)
  const request = requestFact(visitor)
  await publish(stack, ServiceRequestOpened, request, { at })
  await publish(stack, ServiceRequestApproved, { ...request, status: 'approved' }, { version: 2 })
  const card = cardFact(visitor)
  const moves = [
    [JobCardCreated, 'created'],
    [JobCardAssigned, 'assigned'],
    [JobCardStarted, 'in_progress'],
    [JobCardCompleted, 'completed'],
  ] as const
  for (const [place, [contract, status]] of moves.entries()) {
    const assignedEngineer = status === 'created' ? null : ravi.userId
    const version = place + 1
    const told = version < 3 ? { version, at } : { version }
    await publish(stack, contract, { ...card, status, assignedEngineer }, told)
  }
  const partsRequestId = randomUUIDv7()
  const about = { jobCardId: card.jobCardId, serviceCenterId: pune }
  const line = { lineId: randomUUIDv7(), itemId: randomUUIDv7(), quantity: 2 }
  await publish(stack, PartsRequested, { partsRequestId, ...about, lines: [line] })
  await publish(stack, ReservationPlaced, {
    ...{ reservationId: partsRequestId, documentType: 'job_card', documentId: card.jobCardId },
    ...{ serviceCenterId: pune, status: 'placed' },
    lines: [
      {
        ...{ ...line, description: 'Brake pad', unit: 'set', status: 'waiting' },
        ...{ unitPriceMinor: 118_050, currency: 'INR', hsnCode: null, taxRate: 18 },
      },
    ],
  })
  await publish(stack, StockAlertRaised, alertFact(line.itemId))
  await publish(stack, StockAlertRaised, alertFact(line.itemId, null))
  const sold = invoiceFact({ status: 'sent', totalMinor: 118_000, invoiceDate: '2026-11-20' })
  await publish(stack, InvoiceIssued, sold, { version: 2, at })
  await publish(stack, InvoiceCancelled, { ...sold, status: 'cancelled' }, { version: 3 })
  const other = vehicleFact(visitor.customerId)
  await publish(stack, VehicleRegistered, other)
  await publish(stack, VehicleChanged, { ...other, status: 'archived' }, { version: 2 })
  const gone = vehicleFact(visitor.customerId)
  await publish(stack, VehicleRegistered, gone)
  await publishTombstone(stack, VehicleRegistered, gone.vehicleId, 2)
}

/** Every row of what is served, without its generation. */
async function servedRows(): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {}
  for (const table of figures.tables) {
    const { rows } = await stack.admin.query<{ row: unknown }>(
      `select to_jsonb(t) - 'generation' as row from ${table} as t
        where generation = served('figures') order by 1`,
    )
    tables[table] = rows.map(({ row }) => row)
  }
  return tables
}

async function untilRead(): Promise<void> {
  await eventually('everything read', async () => {
    const { rows } = await stack.admin.query<{ groups: string }>(
      `select generation from projection where status = 'served'`,
    )
    const topics = [...new Set(figures.subscriptions(1).map(({ contract }) => contract.topic))]
    const [{ generation } = { generation: 0 }] = rows as unknown as { generation: number }[]
    return (await stack.bus.lagOf(`reporting.figures-${generation}.v1`, topics)) === 0
  })
}

function again(): Promise<void> {
  const { pool, bus } = stack
  const projection = figures as never
  return rebuild({ service: 'reporting', pool, bus, projection, say: () => undefined })
}

test('what is counted anew from the topics equals what was counted as it happened', async () => {
  await visit()
  await untilRead()
  const counted = await servedRows()
  expect(Object.values(counted).map((rows) => rows.length > 0)).not.toContain(false)
  await again()
  expect(await servedRows()).toEqual(counted)
  const { rows } = await stack.admin.query('select generation, status from projection order by 1')
  expect(rows).toEqual([
    { generation: 1, status: 'retired' },
    { generation: 2, status: 'served' },
  ])
})

test('events go on being counted, once each, after it and while it runs', async () => {
  const revenue = async () => {
    const { rows } = await stack.admin.query<{ value: string }>(
      `select sum(value) as value from figure_day
        where generation = served('figures') and name = 'revenue' and day = '2026-11-19'`,
    )
    return Number(rows[0]?.value)
  }
  const sell = () => {
    const sold = invoiceFact({ status: 'sent', totalMinor: 1, invoiceDate: '2026-11-19' })
    return publish(stack, InvoiceIssued, sold)
  }
  for (let sold = 0; sold < 20; sold += 1) await sell()
  const running = again()
  for (let sold = 0; sold < 20; sold += 1) await sell()
  await Promise.all([running, again()])
  await expect.poll(revenue).toBe(40)
})

test('a generation that is retired is swept with what its consumer had taken', async () => {
  await stack.admin.query(
    `update projection set changed_at = now() - interval '2 minutes' where status = 'retired'`,
  )
  await stack.openAnother().then((other) => other.close())
  const left = async () => {
    const { rows } = await stack.admin.query<{ rows: string }>(
      `select (select count(*) from figure where generation <> served('figures'))
            + (select count(*) from invoice where generation <> served('figures'))
            + (select count(*) from inbox where consumer like 'reporting.figures-%'
                and consumer <> format('reporting.figures-%s.v1', served('figures')))
            + (select count(*) from projection where status = 'retired') as rows`,
    )
    return Number(rows[0]?.rows)
  }
  await expect.poll(left).toBe(0)
})

test('what cannot be counted is named, and what is served stays until it is settled', async () => {
  const served = async () => {
    const { rows } = await stack.admin.query<{ generation: number }>(
      `select served('figures') as generation`,
    )
    return rows[0]?.generation ?? 0
  }
  const before = await served()
  const poison = { ...invoiceFact(), totalMinor: 'much' as never }
  await publish(stack, InvoiceIssued, poison)
  await expect(again()).rejects.toThrow(`dead letters of reporting.figures-${before + 1}.v1`)
  expect(await served()).toBe(before)
  await stack.admin.query('delete from dead_letter')
  await again()
  expect(await served()).toBe(before + 1)
})
