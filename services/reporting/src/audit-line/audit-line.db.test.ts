import { AuditRecorded, type AuditLine } from '@forecourt/contracts/audit'
import type { ServiceName } from '@forecourt/contracts/service-name'
import { eventually } from '@forecourt/testing/eventually'
import { auditFact } from '@forecourt/testing/facts'
import { asha, kiran, meera, mumbai, priya, pune } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reporting } from '../service.ts'
import type { AuditLineRow } from './audit-line.ts'

let stack: Stack
let lineOfPune: AuditLine

beforeAll(async () => {
  stack = await openStack(reporting)
  lineOfPune = await happened('customer-vehicle', { serviceCenterId: pune })
})
afterAll(() => stack?.close())

/** Something was done in another service, and its line has arrived here. */
async function happened(service: ServiceName, changes: Partial<AuditLine>): Promise<AuditLine> {
  const line = auditFact(changes)
  await publish(stack, AuditRecorded[service], line)
  await eventually('an audit line', async () => {
    const { rowCount } = await stack.admin.query('select from audit_line where id = $1', [
      line.auditId,
    ])
    return rowCount === 1
  })
  return line
}

test('what was done in another service is to be read, as it was told', async () => {
  const { status, data } = await stack.call<AuditLineRow & { timestamp: string }>(
    `GET /admin/audit-logs/${lineOfPune.auditId}`,
    { as: kiran },
  )
  expect(status).toBe(200)
  expect(data).toMatchObject({
    id: lineOfPune.auditId,
    service: 'customer-vehicle',
    userId: asha.userId,
    role: 'advisor',
    action: 'update',
    endpoint: 'PUT /customers/:id',
    entityType: 'customer',
    entityId: lineOfPune.entityId,
    oldValues: { city: 'Pune', phone: '*********3210' },
    newValues: { city: 'Nashik', phone: '*********3210', tags: ['a'] },
    ipAddress: '203.0.113.7',
    userAgent: 'Firefox',
    serviceCenterId: pune,
    outcome: 'done',
    timestamp: '2026-11-21T10:15:30.123456Z',
    createdAt: '2026-11-21T10:15:30.123456Z',
  })
})

test('a line that comes twice is kept once, and each service counts without gaps', async () => {
  const line = await happened('identity', {})
  await publish(stack, AuditRecorded.identity, line)
  await Promise.all(Array.from({ length: 20 }, () => happened('identity', {})))
  const { rows } = await stack.admin.query<{ sequence: number }>(
    `select sequence::int from audit_line where service = 'identity' order by sequence`,
  )
  expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, place) => place + 1))
  expect(rows).toHaveLength(21)
})

async function seenBy(person: typeof kiran, query: Record<string, string> = {}) {
  const { status, data } = await stack.call<AuditLineRow[]>('GET /admin/audit-logs', {
    as: person,
    query: { limit: '100', ...query },
  })
  expect(status).toBe(200)
  return data
}

test('a manager sees the lines of the own center, an administrator all of them', async () => {
  await happened('identity', { serviceCenterId: mumbai })
  await happened('identity', { serviceCenterId: null, userId: kiran.userId })
  const centersSeenBy = async (person: typeof kiran) =>
    new Set((await seenBy(person)).map(({ serviceCenterId }) => serviceCenterId))
  expect(await centersSeenBy(priya)).toEqual(new Set([pune]))
  expect(await centersSeenBy(meera)).toEqual(new Set([mumbai]))
  expect(await centersSeenBy(kiran)).toEqual(new Set([pune, mumbai, null]))
})

test('lines are found by who, what, where, when and how it ended', async () => {
  const wanted = await happened('notification', {
    userId: priya.userId,
    action: 'POST /auth/login',
    entity: 'session',
    outcome: 'refused',
    reason: 'credentials_wrong',
    at: '2020-02-02T00:00:00Z',
  })
  const filters: Record<string, string>[] = [
    { 'filter[userId]': priya.userId },
    { 'filter[entityType]': 'session', 'filter[entityId]': wanted.entityId ?? '' },
    { 'filter[action]': 'login' },
    { 'filter[endpoint]': 'POST /auth/login' },
    { 'filter[outcome]': 'refused', 'filter[serviceCenterId]': pune },
    { 'filter[service]': 'notification' },
    { 'filter[service]': 'notification', 'filter[sequence][gt]': '0' },
    {
      'filter[createdAt][gte]': '2020-01-01T00:00:00Z',
      'filter[createdAt][lt]': '2021-01-01T00:00:00Z',
    },
    { 'filter[timestamp][lt]': '2021-01-01T00:00:00Z' },
    { 'filter[createdAt][gte]': '2020-02-02', 'filter[createdAt][lt]': '2020-02-03' },
  ]
  for (const filter of filters) {
    expect((await seenBy(kiran, filter)).map(({ id }) => id)).toEqual([wanted.auditId])
  }
})

test('the newest deed comes first', async () => {
  const newest = await happened('reporting', { at: '2030-01-01T00:00:00Z' })
  const [first] = await seenBy(kiran)
  expect(first?.id).toBe(newest.auditId)
})

test.each([
  'update audit_line set outcome = outcome',
  'delete from audit_line',
  'truncate audit_line',
])('the service itself cannot run "%s"', async (statement) => {
  await expect(stack.pool.query(statement)).rejects.toMatchObject({ code: '42501' })
})

test('who asks for the log without being allowed to stands in it', async () => {
  const headers = { 'user-agent': 'Curious/1.0' }
  const { status } = await stack.call('GET /admin/audit-logs', { as: asha, headers })
  expect(status).toBe(403)
  const [line] = await eventually('the refusal', async () => {
    const lines = await seenBy(kiran, { 'filter[service]': 'reporting', 'filter[action]': 'read' })
    return lines.length > 0 && lines
  })
  expect(line).toMatchObject({
    userId: asha.userId,
    outcome: 'refused',
    reason: 'permission_missing',
    endpoint: 'GET /admin/audit-logs',
    userAgent: 'Curious/1.0',
  })
})
