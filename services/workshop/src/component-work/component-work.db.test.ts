import { asha, dev, meera, priya, pune, ravi, type Person } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import {
  askForWork,
  knowStaff,
  knowWorkshops,
  registerVisitor,
  type Card,
} from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
})
afterAll(() => stack?.close())

interface Update {
  serviceId: string
  componentId: string
  applied: boolean
  [field: string]: unknown
}

/** A card that Ravi has begun: brakes, the engine's oil, and a wash. */
async function beginCard(): Promise<Card> {
  const { data: request } = await askForWork(stack, await registerVisitor(stack))
  await stack.call(`PUT /workshop/service-requests/${request.id}/approve`, { as: priya, body: {} })
  const services = [
    { serviceType: 'repair', description: 'Front brake service', price: 1_500 },
    { serviceType: 'regular', description: 'Engine oil change, battery check', price: 900.01 },
    { serviceType: 'regular', description: 'Wash', price: 200 },
  ]
  const body = { serviceRequestId: request.id, services }
  const { data: card } = await stack.call<Card>('POST /workshop/job-cards', { as: asha, body })
  await put(card, 'assign', priya, { assignedEngineer: ravi.userId })
  await put(card, 'start', ravi)
  return card
}

function put(card: Card, action: string, as: Person, body: object = {}) {
  return stack.call<Update[]>(`PUT /workshop/job-cards/${card.id}/${action}`, { as, body })
}

function see(card: Card, as = ravi) {
  return stack.call<Update[]>(`GET /workshop/job-cards/${card.id}/graphical-update`, { as })
}

function apply(card: Card, body: object = {}, as = ravi) {
  return put(card, 'graphical-update', as, body)
}

async function finish(card: Card, place: number): Promise<void> {
  const services = [{ id: card.services[place]?.id, status: 'completed' }]
  await stack.call(`PUT /workshop/job-cards/${card.id}`, { as: ravi, body: { services } })
}

async function told(card: Card) {
  const { rows } = await stack.admin.query<{ id: string }>(
    'select id from component_work where job_card_id = $1',
    [card.id],
  )
  // Whatever was written is on its way: a second event would stand behind the first.
  for (const { id } of rows) {
    await stack.topics.next('workshop.component-work.recorded.v1', ({ key }) => key === id)
  }
  return stack.topics.seen.filter(
    ({ type, data }) =>
      type === 'workshop.component-work.recorded.v1' && data?.['jobCardId'] === card.id,
  )
}

const idsOf = (updates: Update[]) => updates.map(({ componentId }) => componentId)

test('a card shows what it would change on the vehicle, and changes nothing', async () => {
  const card = await beginCard()
  const { data } = await see(card)
  expect(data).toMatchObject([
    { componentId: 'brakes', name: 'Brakes', change: 'repaired', cost: 1_500, status: 'healthy' },
    { componentId: 'engine_oil', change: 'replaced', cost: 450.01, done: false, applied: false },
    { componentId: 'battery', cost: 450 },
  ])
  expect(await told(card)).toEqual([])
})

test('what is done is applied, once, and the completion applies the rest', async () => {
  const card = await beginCard()
  expect((await apply(card)).data.some(({ applied }) => applied)).toBe(false)
  await finish(card, 0)
  const { data } = await apply(card)
  expect(idsOf(data.filter(({ applied }) => applied))).toEqual(['brakes'])
  const [work] = await told(card)
  expect(work?.data).toEqual({
    componentWorkId: work?.key,
    jobCardId: card.id,
    lineId: card.services[0]?.id,
    vehicleId: card['vehicleId'],
    serviceCenterId: pune,
    componentId: 'brakes',
    change: 'repaired',
    description: 'Front brake service',
    costMinor: 150_000,
    currency: 'INR',
    status: 'healthy',
  })
  expect((await put(card, 'complete', ravi)).status).toBe(200)
  const after = (await see(card)).data
  expect(after.every(({ applied, done }) => applied && done)).toBe(true)
  expect(await told(card)).toHaveLength(3)
  expect((await apply(card)).body.error?.reason).toBe('state_forbids')
})

test('of eight who apply at once, one has an effect', async () => {
  const card = await beginCard()
  await finish(card, 1)
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, turn) => apply(card, {}, turn % 2 ? ravi : priya)),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(await told(card)).toHaveLength(2)
})

test('a completion beside an application does not apply it twice', async () => {
  const card = await beginCard()
  const named = { components: [{ componentId: 'brakes', status: 'warning' }] }
  await Promise.all([apply(card, named), put(card, 'complete', ravi), apply(card, named, priya)])
  expect(await told(card)).toHaveLength(3)
})

test('a person says how a component is, and what a step was about', async () => {
  const card = await beginCard()
  const components = [
    { componentId: 'brakes', status: 'critical', issue: 'Discs are worn' },
    { componentId: 'body', serviceId: card.services[2]?.id },
  ]
  const { data } = await apply(card, { components })
  expect(data.filter(({ applied }) => applied)).toMatchObject([
    { componentId: 'brakes', status: 'critical' },
    { componentId: 'body', serviceId: card.services[2]?.id, status: 'healthy', cost: 0 },
  ])
  const issue = await stack.topics.next(
    'workshop.component-issue.reported.v1',
    ({ data: told }) => told?.['jobCardId'] === card.id,
  )
  expect(issue.data).toMatchObject({ severity: 'critical', reportedBy: ravi.userId })
  expect(JSON.stringify(issue.data)).not.toContain('worn')
  const refused = await apply(card, { components: [{ componentId: 'exhaust' }] })
  expect(refused.body.error?.reason).toBe('component_untouched')
})

test('only who has the card applies it, and Mumbai sees nothing of it', async () => {
  const card = await beginCard()
  expect((await apply(card, {}, dev)).body.error?.reason).toBe('not_your_job_card')
  expect((await apply(card, {}, asha)).status).toBe(403)
  expect((await see(card, meera)).status).toBe(404)
  expect((await apply(card, {}, meera)).status).toBe(404)
})

test('work that the customer agreed to counts, once the job is done', async () => {
  const card = await beginCard()
  const body = { additionalServices: [{ description: 'Replace wiper blades', cost: 900 }] }
  await put(card, 'additional-services', ravi, body)
  const detail = await stack.call<{ additionalServices: { id: string }[] }>(
    `GET /workshop/job-cards/${card.id}`,
    { as: ravi },
  )
  const line = detail.data.additionalServices[0]?.id ?? ''
  expect(idsOf((await see(card)).data)).not.toContain('body')
  await put(card, `additional-services/${line}/approve`, asha)
  await put(card, 'complete', ravi)
  const applied = (await see(card)).data.find(({ componentId }) => componentId === 'body')
  expect(applied).toMatchObject({ serviceId: line, change: 'replaced', cost: 900, applied: true })
})
