import { randomUUIDv7 } from 'node:crypto'
import {
  ComponentIssueReported,
  ComponentWorkRecorded,
} from '@forecourt/contracts/component-work-events'
import type { DataOf } from '@forecourt/contracts/event'
import { JobCardCreated } from '@forecourt/contracts/workshop-events'
import { eventually } from '@forecourt/testing/eventually'
import { sealedText } from '@forecourt/testing/facts'
import { asha, isha, meera, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
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

interface Shown {
  id: string
  status: string
  lastServiceDate: string | null
  issues: { id: string; resolved: boolean; [field: string]: unknown }[]
  serviceHistory: { id: string }[]
  [field: string]: unknown
}

const address = (rest = '') => `/vehicles/${visitor.vehicleId}/graphical${rest}` as const

async function picture(as = asha) {
  return stack.call<{ components: Shown[]; lastUpdated: string | null }>(`GET ${address()}`, { as })
}

async function component(id = 'brakes'): Promise<Shown | undefined> {
  return (await picture()).data.components.find((one) => one.id === id)
}

function change(body: object, as = ravi, id = 'brakes', headers: Record<string, string> = {}) {
  return stack.call<Shown>(`PUT ${address(`/components/${id}`)}`, { as, body, headers })
}

function report(body: object, as = ravi) {
  return stack.call<Shown>(`POST ${address('/components/brakes/issues')}`, { as, body })
}

type Work = DataOf<typeof ComponentWorkRecorded>

function newWork(changes: Partial<Work> = {}): Work {
  return {
    componentWorkId: randomUUIDv7(),
    jobCardId: randomUUIDv7(),
    lineId: randomUUIDv7(),
    vehicleId: visitor.vehicleId,
    serviceCenterId: pune,
    componentId: 'brakes',
    change: 'serviced',
    description: 'Front brake service',
    costMinor: 150_000,
    currency: 'INR',
    status: 'healthy',
    ...changes,
  }
}

/** Says what was done, and waits until the component shows it. */
async function work(told: Work, at: string): Promise<Shown> {
  await publish(stack, ComponentWorkRecorded, told, { at })
  return eventually('the work', async () => {
    const shown = await component(told.componentId)
    return shown?.serviceHistory.some(({ id }) => id === told.componentWorkId) ? shown : undefined
  })
}

test('a vehicle that nobody looked at has its components, and nothing is written for that', async () => {
  const { data } = await picture()
  expect(data.components).toHaveLength(15)
  expect(data.lastUpdated).toBeNull()
  expect(await component()).toEqual({
    id: 'brakes',
    name: 'Brakes',
    category: 'chassis',
    position: { x: 22, y: 78 },
    status: 'unknown',
    lastServiceDate: null,
    nextServiceDate: null,
    serviceInterval: 365,
    issues: [],
    serviceHistory: [],
  })
  const vehicle = `GET /vehicles/${visitor.vehicleId}` as const
  const whole = await stack.call(vehicle, { as: asha, query: { include: 'graphical' } })
  expect(whole.data).toMatchObject({ id: visitor.vehicleId, graphicalData: data })
  expect((await stack.call(vehicle, { as: asha })).data).not.toHaveProperty('graphicalData')
  const { rowCount } = await stack.admin.query('select from vehicle_component')
  expect(rowCount).toBe(0)
})

test('what a job card did shows with its day, its cost and when it is due again', async () => {
  const told = newWork()
  // Late in the evening of the 20th in UTC it is the 21st in Pune.
  expect(await work(told, '2026-11-20T20:00:00Z')).toMatchObject({
    status: 'healthy',
    lastServiceDate: '2026-11-21',
    nextServiceDate: '2027-11-21',
    serviceHistory: [
      {
        id: told.componentWorkId,
        date: '2026-11-21',
        type: 'serviced',
        description: 'Front brake service',
        cost: 1_500,
        jobCardId: told.jobCardId,
      },
    ],
  })
})

test('news that is late, or comes twice, sets nothing back', async () => {
  await work(newWork(), '2026-11-20T10:00:00Z')
  const late = newWork({ change: 'repaired', status: 'critical' })
  const id = randomUUIDv7()
  const at = '2026-06-01T10:00:00Z'
  await publish(stack, ComponentWorkRecorded, late, { id, at })
  await publish(stack, ComponentWorkRecorded, late, { id, at })
  // The same work under another id, as after a rebuild of the other side.
  await publish(stack, ComponentWorkRecorded, late, { at })
  const last = newWork({ change: 'inspected', status: null })
  const shown = await work(last, '2026-11-22T10:00:00Z')
  expect(shown).toMatchObject({ status: 'healthy', lastServiceDate: '2026-11-20' })
  const services = await eventually('all services', async () => {
    const path = `GET ${address('/components/brakes/history')}` as const
    const { data } = await stack.call<{ date: string; type: string }[]>(path, { as: ravi })
    return data.length >= 3 && data
  })
  expect(services.map(({ date, type }) => [date, type])).toEqual([
    ['2026-11-22', 'inspected'],
    ['2026-11-20', 'serviced'],
    ['2026-06-01', 'repaired'],
  ])
})

test('an issue makes a component doubtful, and the work that heals it resolves it', async () => {
  const reported = await report({ description: 'Squeals', severity: 'high' })
  expect(reported.status).toBe(201)
  expect(reported.data).toMatchObject({
    status: 'warning',
    issues: [{ description: 'Squeals', severity: 'high', resolved: false, resolvedDate: null }],
  })
  const worse = await report({ description: 'No effect', severity: 'critical' })
  expect(worse.data.status).toBe('critical')
  const later = new Date(Date.now() + 60_000).toISOString()
  const healed = await work(newWork({ change: 'replaced' }), later)
  expect(healed.status).toBe('healthy')
  expect(healed.issues.map(({ resolved }) => resolved)).toEqual([true, true])
})

test('what was found wrong at a job card is an issue, once, beside the work', async () => {
  const at = '2026-11-20T10:00:00Z'
  const done = newWork({ status: 'warning' })
  const { jobCardId, vehicleId, serviceCenterId, componentId } = done
  const componentIssueId = randomUUIDv7()
  const issue = {
    ...{ componentIssueId, jobCardId, vehicleId, serviceCenterId, componentId },
    severity: 'medium',
    description: sealedText('Discs are worn', 'component_issue', 'description', componentIssueId),
    reportedBy: ravi.userId,
  }
  await publish(stack, ComponentIssueReported, issue, { at })
  await publish(stack, ComponentIssueReported, issue, { at })
  expect(await work(done, at)).toMatchObject({ status: 'warning' })
  const open = await eventually('the issue', async () => {
    const shown = await component()
    return shown?.issues.length ? shown : undefined
  })
  expect(open).toMatchObject({
    status: 'warning',
    issues: [{ description: 'Discs are worn', severity: 'medium', resolved: false }],
  })
})

test('a person says how a component is, and that an issue is over', async () => {
  const [issue] = (await report({ description: 'Squeals' })).data.issues
  const { data } = await change({
    status: 'healthy',
    lastServiceDate: '2026-10-01',
    serviceInterval: 100,
    position: { x: 1, y: 2 },
    issues: [{ id: issue?.id, resolved: true }],
  })
  expect(data).toMatchObject({
    ...{ status: 'healthy', lastServiceDate: '2026-10-01', nextServiceDate: '2027-01-09' },
    ...{ position: { x: 1, y: 2 }, name: 'Brakes', issues: [{ resolved: true }] },
  })
  expect((await change({ lastServiceDate: null })).data).toMatchObject({
    ...{ nextServiceDate: null, status: 'healthy', serviceInterval: 100 },
  })
  for (const lastServiceDate of ['0000-01-01', '9999-12-31']) {
    expect((await change({ lastServiceDate })).status).toBe(422)
  }
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: deed }) =>
      deed?.['action'] === 'PUT /vehicles/:id/graphical/components/:component' &&
      deed['entityId'] === visitor.vehicleId,
  )
  expect(line.data).toMatchObject({ userId: ravi.userId, before: { componentId: 'brakes' } })
})

test('the whole picture is changed at once, and may have more than every vehicle has', async () => {
  const body = {
    components: [
      { id: 'tyres', status: 'warning' },
      { id: 'sidecar', name: 'Sidecar', category: 'body', status: 'healthy' },
    ],
  }
  const { data } = await stack.call<{ components: Shown[] }>(`PUT ${address()}`, { as: asha, body })
  expect(data.components).toHaveLength(16)
  expect(data.components.find(({ id }) => id === 'sidecar')).toMatchObject({ status: 'healthy' })
  const unnamed = { components: [{ id: 'tyres', status: 'critical' }, { id: 'wings' }] }
  const refused = await stack.call(`PUT ${address()}`, { as: asha, body: unnamed })
  expect(refused.status).toBe(422)
  expect((await component('tyres'))?.status).toBe('warning')
  const path = `GET ${address('/components/sidecar/history')}` as const
  expect(await stack.call(path, { as: ravi })).toMatchObject({ status: 200, data: [] })
  expect((await stack.call(path, { as: meera })).status).toBe(404)
})

test('the audit shows the whole picture as it was before several components changed', async () => {
  const before = (await picture()).data
  const body = {
    components: [
      { id: 'tyres', status: 'warning' },
      { id: 'tyres', status: 'critical' },
      { id: 'brakes', status: 'healthy' },
    ],
  }
  await stack.call(`PUT ${address()}`, { as: asha, body })
  const after = (await picture()).data
  const line = await stack.topics.next(
    'customer-vehicle.audit.recorded.v1',
    ({ data: deed }) =>
      deed?.['action'] === 'PUT /vehicles/:id/graphical' &&
      deed['entityId'] === visitor.vehicleId &&
      deed['outcome'] === 'done',
  )
  const told = ({ components, ...rest }: typeof before) => ({
    ...rest,
    components: components.map(({ id, status }) => ({ id, status })),
  })
  expect(line.data).toMatchObject({ before: told(before), after: told(after) })
  expect(after.components.find(({ id }) => id === 'tyres')).toMatchObject({ status: 'critical' })
})

test('the structure of a page is taken as it is: its ids, its places, and issues without an id', async () => {
  const issues = [
    { description: 'Scratched', severity: 'high', reportedDate: '2026-10-01', resolved: false },
    { description: 'Loose', severity: 'low', reportedDate: '2026-09-01T10:00:00Z', resolved: true },
  ]
  const leftMirror = { id: 'leftMirror', name: 'Left mirror', category: 'body' }
  const body = { components: [{ ...leftMirror, position: { x: 33.3, y: 240 }, issues }] }
  // The address is the same in capitals, and the answer names the vehicle as everywhere.
  const path = `PUT /vehicles/${visitor.vehicleId.toUpperCase()}/graphical` as const
  const { status, data } = await stack.call<{ components: Shown[] }>(path, { as: asha, body })
  expect([status, data]).toMatchObject([200, { vehicleId: visitor.vehicleId }])
  const shown = data.components.find(({ id }) => id === 'leftMirror')
  expect(shown).toMatchObject({
    position: { x: 33.3, y: 240 },
    status: 'warning',
    issues: [
      { description: 'Scratched', reportedDate: '2026-10-01T00:00:00Z', resolvedDate: null },
      { description: 'Loose', resolved: true, resolvedDate: expect.any(String) },
    ],
  })
  // What was shown may come back, and is nothing new.
  const again = await stack.call(path, { as: asha, body: { components: [shown] } })
  expect(again.status).toBe(200)
  expect((await component('leftMirror'))?.issues).toHaveLength(2)
})

test.each([
  [{ severity: 'low' }, 'issues.0.description'],
  [{ id: randomUUIDv7() }, 'issues.0.resolved'],
  [{ description: 'Squeals', reportedDate: '0000-01-01T00:00:00Z' }, 'issues.0.reportedDate'],
])('an issue such as %j is refused', async (issue, field) => {
  const { status, body } = await change({ issues: [issue] })
  expect([status, Object.keys(body.errors ?? {})]).toEqual([422, [field]])
})

test('eight issues at once are all kept, and the worst of them counts', async () => {
  const severities = ['low', 'critical', 'medium', 'high', 'low', 'low', 'medium', 'high']
  const answers = await Promise.all(
    severities.map((severity, place) => report({ description: `Issue ${place}`, severity })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(await component()).toMatchObject({ status: 'critical' })
  expect((await component())?.issues).toHaveLength(8)
})

test('works of many cards at once on one vehicle are all kept', async () => {
  const works = Array.from({ length: 8 }, (_, place) =>
    newWork({ componentId: place % 2 ? 'brakes' : 'tyres' }),
  )
  await Promise.all(works.map((told) => publish(stack, ComponentWorkRecorded, told)))
  const kept = async () => {
    const { data } = await picture()
    return data.components.flatMap(({ serviceHistory }) => serviceHistory).length
  }
  await expect.poll(kept, { timeout: 20_000 }).toBe(works.length)
})

test('Mumbai sees a vehicle once it has worked on it, but not the work of Pune', async () => {
  await work(newWork(), '2026-11-20T10:00:00Z')
  expect((await picture(meera)).status).toBe(404)
  expect((await change({ status: 'critical' }, meera)).status).toBe(404)
  expect((await report({ description: 'Squeals' }, meera)).status).toBe(404)
  expect((await change({ status: 'critical' }, isha)).status).toBe(403)
  const there = newWork({ serviceCenterId: mumbai, description: 'Brake fluid' })
  // The work waits for the visit that it belongs to.
  await publish(stack, ComponentWorkRecorded, there, { at: '2026-11-21T10:00:00Z' })
  const card = cardFact(visitor, { jobCardId: there.jobCardId, serviceCenterId: mumbai })
  await publish(stack, JobCardCreated, card)
  const brakes = await eventually('work at Mumbai', async () => {
    const { data } = await picture(meera)
    const shown = data?.components.find(({ id }) => id === 'brakes')
    return shown?.serviceHistory.length ? shown : undefined
  })
  expect(brakes.serviceHistory).toMatchObject([{ description: 'Brake fluid' }])
  expect((await component())?.serviceHistory).toMatchObject([
    { description: 'Front brake service' },
  ])
  expect((await picture(priya)).status).toBe(200)
})

test('a component that no vehicle has is not there', async () => {
  expect((await change({ status: 'healthy' }, ravi, 'wings')).status).toBe(404)
  const path = `GET ${address('/components/wings/history')}` as const
  expect((await stack.call(path, { as: ravi })).status).toBe(404)
})

test('work on a vehicle that the center lost to whoever owns it is heard, and changes nothing', async () => {
  await publish(stack, JobCardCreated, cardFact(visitor, { serviceCenterId: mumbai }))
  await eventually('Mumbai sees it', async () => (await picture(meera)).status === 200)
  const links = 'delete from vehicle_center where vehicle_id = $1 and service_center_id = $2'
  await stack.admin.query(links, [visitor.vehicleId, mumbai])
  const id = await publish(stack, ComponentWorkRecorded, newWork({ serviceCenterId: mumbai }))
  await eventually('the work', async () => {
    const { rows } = await stack.admin.query('select from inbox where event_id = $1', [id])
    return rows.length > 0
  })
  expect(await component()).toMatchObject({ status: 'unknown', serviceHistory: [] })
})

test('of two who saw one picture the second to change it is told', async () => {
  const seen = (await picture()).headers.get('etag') ?? ''
  expect(seen).toBe('"1"')
  const match = { 'if-match': seen }
  const both = await Promise.all([
    change({ status: 'warning' }, ravi, 'brakes', match),
    change({ status: 'healthy' }, ravi, 'tyres', match),
  ])
  const statuses = both.map(({ status }) => status)
  expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 412])
  const now = { 'if-match': (await picture()).headers.get('etag') ?? '' }
  expect(now['if-match']).toBe('"2"')
  const body = { components: [{ id: 'tyres', status: 'critical' }] }
  const put = (headers: Record<string, string>) =>
    stack.call(`PUT ${address()}`, { as: asha, body, headers })
  expect((await put(match)).status).toBe(412)
  expect((await put(now)).headers.get('etag')).toBe('"3"')
  const issue = `POST ${address('/components/brakes/issues')}` as const
  const late = { as: ravi, body: { description: 'Squeals' }, headers: now }
  expect((await stack.call(issue, late)).status).toBe(412)
})

test('the next service follows from the last one, and may only come back as it was shown', async () => {
  const served = { lastServiceDate: '2026-10-01', serviceInterval: 100 }
  const { data } = await change(served)
  expect((await change({ ...data, status: 'healthy' })).data).toMatchObject(served)
  const later = { ...data, lastServiceDate: '2026-10-02' }
  expect((await change(later)).data).toMatchObject({ nextServiceDate: '2027-01-10' })
  const { status, body } = await change({ nextServiceDate: '2027-03-01' })
  expect([status, Object.keys(body.errors ?? {})]).toEqual([422, ['nextServiceDate']])
})
