import { randomUUIDv7 } from 'node:crypto'
import {
  InvoiceCancelled,
  InvoiceDrafted,
  InvoiceIssued,
} from '@forecourt/contracts/billing-events'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { StockAlertCleared, StockAlertRaised } from '@forecourt/contracts/inventory-events'
import {
  JobCardApprovalAsked,
  JobCardAssigned,
  JobCardCancelled,
  JobCardCompleted,
  JobCardStarted,
  ServiceRequestCancelled,
  ServiceRequestCompleted,
  ServiceRequestOpened,
} from '@forecourt/contracts/workshop-events'
import { topicsOf } from '@forecourt/platform/delivery'
import { consumerOf } from '@forecourt/platform/projection'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact, invoiceFact } from '@forecourt/testing/facts'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { alertFact, cardFact, requestFact } from '@forecourt/testing/visit-facts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reporting } from '../service.ts'
import { figures } from './figures.consumers.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(reporting)
})
afterAll(() => stack?.close())

/** One event of a noun: on which day of the center it happened, what it was, and to whom. */
interface Step {
  day: number
  state: string
  engineer: number
}
interface Noun {
  kind: 'request' | 'card' | 'alert' | 'invoice'
  totalMinor: number
  steps: Step[]
}

const contracts = {
  request: {
    pending: ServiceRequestOpened,
    completed: ServiceRequestCompleted,
    cancelled: ServiceRequestCancelled,
  },
  card: {
    assigned: JobCardAssigned,
    in_progress: JobCardStarted,
    waiting_customer_approval: JobCardApprovalAsked,
    completed: JobCardCompleted,
    cancelled: JobCardCancelled,
  },
  alert: { open: StockAlertRaised, cleared: StockAlertCleared },
  invoice: { draft: InvoiceDrafted, sent: InvoiceIssued, cancelled: InvoiceCancelled },
}

/** What a noun of a state counts for: for the center, and for its engineer. */
const counted: Record<string, { center?: string; engineer?: string[] }> = {
  'request pending': { center: 'service_requests_pending' },
  'request completed': { center: 'service_requests_completed' },
  'card assigned': { engineer: ['assigned_job_cards', 'pending_work'] },
  'card in_progress': { center: 'job_cards_in_progress', engineer: ['assigned_job_cards'] },
  'card waiting_customer_approval': {
    center: 'pending_approvals',
    engineer: ['assigned_job_cards'],
  },
  'card completed': { engineer: ['completed_job_cards'] },
  'alert open': { center: 'low_stock_items' },
}

const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04']

function stepsOf(kind: Noun['kind']): fc.Arbitrary<Step[]> {
  const step = fc.record({
    day: fc.nat(DAYS.length - 1),
    state: fc.constantFrom(...Object.keys(contracts[kind])),
    engineer: fc.nat(1),
  })
  const steps = fc.array(step, { minLength: 1, maxLength: 5 })
  return steps.map((some) => some.toSorted((one, other) => one.day - other.day))
}

/** An invoice is drafted, perhaps issued, perhaps taken back. */
const sale = fc.subarray([0, 1, 2, 3], { minLength: 1, maxLength: 3 }).map((days) => {
  const states = ['draft', 'sent', 'cancelled']
  return days.map((day, place) => ({ day, state: states[place] ?? '', engineer: 0 }))
})

const noun: fc.Arbitrary<Noun> = fc
  .constantFrom('request' as const, 'card' as const, 'alert' as const, 'invoice' as const)
  .chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      totalMinor: fc.integer({ min: 1, max: 100_000 }),
      steps: kind === 'invoice' ? sale : stepsOf(kind),
    }),
  )

interface Told {
  say(): Promise<unknown>
}

/** The events of a noun in their order, each said twice. */
function eventsOf(center: string, engineers: string[], { kind, totalMinor, steps }: Noun): Told[] {
  const id = randomUUIDv7()
  const ids = { serviceRequestId: id, jobCardId: id, stockAlertId: id, invoiceId: id }
  const visitor = { customerId: id, vehicleId: id }
  const invoiceDate = DAYS[steps[1]?.day ?? 0] ?? null
  return steps.flatMap(({ day, state, engineer }, place) => {
    const data = {
      request: () => requestFact(visitor),
      card: () => cardFact(visitor, { assignedEngineer: engineers[engineer] ?? null }),
      alert: () => alertFact(id),
      invoice: () =>
        invoiceFact({ totalMinor, invoiceDate: state === 'draft' ? null : invoiceDate }),
    }[kind]()
    const told = { ...data, ...ids, serviceCenterId: center, status: state }
    const contract = (contracts[kind] as Record<string, typeof ServiceRequestOpened>)[state]
    const event = { id: randomUUIDv7(), version: place + 1, at: timeOf(day) }
    const say = () => publish(stack, contract as never, told as never, event)
    return [{ say }, { say }]
  })
}

/** Late in the evening of UTC it is the next day in the center. */
function timeOf(day: number): string {
  const before = new Date(`${DAYS[day]}T20:00:00.000Z`).getTime() - 24 * 3_600_000
  return new Date(before).toISOString()
}

/** The same, counted plainly: how each noun stood at the end of each day. */
function plainly(nouns: Noun[], center: string, engineers: string[]): Map<string, number> {
  const sums = new Map<string, number>()
  const add = (key: string, value: number) => sums.set(key, (sums.get(key) ?? 0) + value)
  const placesOn = (one: Noun, day: number) => {
    const last = one.steps.findLast((step) => step.day <= day)
    const found = last && counted[`${one.kind} ${last.state}`]
    const ofEngineer = found?.engineer?.map((name) => `${engineers[last?.engineer ?? 0]} ${name}`)
    return [...(found?.center ? [`${center} ${found.center}`] : []), ...(ofEngineer ?? [])]
  }
  for (const one of nouns) {
    const [, issued, cancelled] = one.kind === 'invoice' ? one.steps : []
    if (issued) add(`${center} revenue ${DAYS[issued.day]}`, one.totalMinor)
    if (cancelled) add(`${center} revenue ${DAYS[cancelled.day]}`, -one.totalMinor)
    for (const [day, name] of DAYS.entries()) {
      for (const place of placesOn(one, day)) add(`${place} ${name}`, 1)
      for (const place of placesOn(one, day - 1)) add(`${place} ${name}`, -1)
    }
  }
  return new Map([...sums].filter(([, value]) => value !== 0))
}

async function countedOf(center: string, table: 'figure' | 'figure_day') {
  const day = table === 'figure' ? `'total'` : 'day'
  const { rows } = await stack.admin.query<{ key: string; value: string }>(
    `select concat_ws(' ', subject_id, name, ${day}) as key, value from ${table}
      where service_center_id = $1 and value <> 0 and generation = served('figures')`,
    [center],
  )
  return new Map(rows.map(({ key, value }) => [key, Number(value)]))
}

async function untilRead(): Promise<void> {
  const topics = topicsOf(consumerOf(figures, 1))
  await eventually('every event counted', async () => {
    return (await stack.bus.lagOf('reporting.figures-1.v1', topics)) === 0
  })
}

test('figures equal a plain count of the events, in whatever order nouns are told of', async () => {
  const story = fc.record({
    nouns: fc.array(noun, { minLength: 1, maxLength: 12 }),
    order: fc.infiniteStream(fc.nat()),
  })
  await fc.assert(
    fc.asyncProperty(story, async ({ nouns, order }) => {
      const center = randomUUIDv7()
      const engineers = [randomUUIDv7(), randomUUIDv7()]
      await publish(stack, ServiceCenterOpened, centerFact({ serviceCenterId: center }))
      const queues = nouns.map((one) => eventsOf(center, engineers, one))
      for (let left = queues; left.length > 0; left = left.filter((queue) => queue.length > 0)) {
        const [next = 0] = order.take(1)
        await left[next % left.length]?.shift()?.say()
      }
      await untilRead()
      const days = plainly(nouns, center, engineers)
      expect(await countedOf(center, 'figure_day')).toEqual(days)
      const wholes = Map.groupBy(days, ([key]) => key.replace(/\S+$/, 'total'))
      const sums = [...wholes].map(
        ([key, of]) => [key, of.reduce((sum, [, value]) => sum + value, 0)] as const,
      )
      expect(await countedOf(center, 'figure')).toEqual(
        new Map(sums.filter(([, value]) => value !== 0)),
      )
    }),
    { numRuns: 12 },
  )
})

test('two processes count one center at once, lose nothing and wait in no circle', async () => {
  const center = randomUUIDv7()
  const engineers = [randomUUIDv7(), randomUUIDv7()]
  await publish(stack, ServiceCenterOpened, centerFact({ serviceCenterId: center }))
  const another = await stack.openAnother()
  const steps = (states: string[]) =>
    states.map((state, place) => ({ day: place % DAYS.length, state, engineer: place % 2 }))
  const ways = ['assigned', 'in_progress', 'waiting_customer_approval', 'completed']
  const nouns = Array.from({ length: 60 }, (_, place): Noun[] => [
    { kind: 'card', totalMinor: 0, steps: steps(ways) },
    { kind: 'invoice', totalMinor: place + 1, steps: steps(['draft', 'sent']) },
    { kind: 'request', totalMinor: 0, steps: steps(['pending', 'completed']) },
  ]).flat()
  const queues = nouns.map((one) => eventsOf(center, engineers, one))
  await Promise.all(
    queues.map(async (queue) => {
      for (const { say } of queue) await say()
    }),
  )
  await untilRead()
  expect(await countedOf(center, 'figure_day')).toEqual(plainly(nouns, center, engineers))
  const letters = await stack.admin.query('select error from dead_letter')
  expect(letters.rows).toEqual([])
  await another.close()
})
