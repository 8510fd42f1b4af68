import { randomUUID } from 'node:crypto'
import { UserCreated } from '@forecourt/contracts/identity-events'
import { ServiceRequestOpened } from '@forecourt/contracts/workshop-events'
import { eventually } from '@forecourt/testing/eventually'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { gita, kiran, meera, priya, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { requestFact, userFact } from '@forecourt/testing/visit-facts'
import { registerVisitor } from '@forecourt/testing/visiting'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { notification } from '../service.ts'
import type { NotificationRow } from './notification.ts'

let mailbox: LocalMailbox
let stack: Stack
beforeAll(async () => {
  mailbox = await openMailbox()
  stack = await openStack(notification, {
    ...mailbox.env,
    NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9',
  })
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
})
beforeEach(() => stack.admin.query('truncate notification'))

type Row = NotificationRow

/** As many notifications as titles, the last one the newest. Answers their ids in that order. */
async function tell(userId: string, titles: string[], changes: Partial<Row> = {}) {
  const ids: string[] = []
  for (const title of titles) {
    const { rows } = await stack.admin.query<{ id: string }>(
      `insert into notification (id, event_id, user_id, title, message, type, category,
         related_entity_type, related_entity_id, action_url, created_at)
       values (gen_random_uuid(), gen_random_uuid(), $1, $2, 'Text', $3, $4, 'JobCard',
         gen_random_uuid(), '/job-cards', clock_timestamp()) returning id`,
      [userId, title, changes.type ?? 'info', changes.category ?? 'job_card'],
    )
    ids.push(rows[0]?.id ?? '')
  }
  return ids
}

function listOf(as: typeof priya, query: Record<string, string> = {}) {
  return stack.call<Row[]>('GET /notifications', { as, query })
}

test('what happens in the workshop is there to be read by those whom it concerns', async () => {
  await publish(stack, UserCreated, userFact(priya))
  await eventually('the manager', async () => {
    const { rowCount } = await stack.admin.query('select from staff')
    return rowCount === 1
  })
  const request = requestFact(await registerVisitor(stack))
  await publish(stack, ServiceRequestOpened, request)
  const [row] = await eventually('a notification', async () => {
    const { data } = await listOf(priya)
    return data.length === 1 && data
  })
  expect(row).toEqual({
    id: expect.any(String) as string,
    userId: priya.userId,
    title: 'Service request SR-000123 awaits approval',
    message: 'Toyota Innova: repair, priority high.',
    type: 'approval',
    category: 'request',
    relatedEntityType: 'ServiceRequest',
    relatedEntityId: request.serviceRequestId,
    isRead: false,
    readAt: null,
    actionUrl: `/service-requests/${request.serviceRequestId}`,
    createdAt: expect.any(String) as string,
  })
})

test('everybody lists their own, administrators too, the newest first', async () => {
  await tell(priya.userId, ['first', 'second'])
  await tell(kiran.userId, ['for Kiran'])
  await tell(gita.userId, ['for Gita'])
  const seen = await Promise.all(
    [priya, kiran, gita, meera].map(async (person) => {
      const { data } = await listOf(person)
      return data.map(({ title }) => title)
    }),
  )
  expect(seen).toEqual([['second', 'first'], ['for Kiran'], ['for Gita'], []])
})

test('a list is asked by read or unread, type, category and time, page by page', async () => {
  const [first = ''] = await tell(priya.userId, ['old', 'new'])
  await tell(priya.userId, ['low'], { type: 'warning', category: 'inventory' })
  await stack.call(`PUT /notifications/${first}/read`, { as: priya })
  await stack.admin.query(`update notification set created_at = '2020-01-01' where id = $1`, [
    first,
  ])
  const titles = async (query: Record<string, string>) => {
    const { data } = await listOf(priya, query)
    return data.map(({ title }) => title)
  }
  expect(await titles({ 'filter[isRead]': 'true' })).toEqual(['old'])
  expect(await titles({ 'filter[isRead]': 'false' })).toEqual(['low', 'new'])
  expect(await titles({ 'filter[type]': 'warning' })).toEqual(['low'])
  expect(await titles({ 'filter[category]': 'job_card' })).toEqual(['new', 'old'])
  expect(await titles({ 'filter[createdAt][lt]': '2021-01-01T00:00:00Z' })).toEqual(['old'])
  expect(await titles({ limit: '1', page: '2' })).toEqual(['new'])
})

test('the count of unread ones follows every change', async () => {
  const [first = '', second = ''] = await tell(priya.userId, ['one', 'two', 'three'])
  await tell(meera.userId, ['for Meera'])
  const unread = async () => {
    const { data } = await stack.call<{ unread: number }>('GET /notifications/unread-count', {
      as: priya,
    })
    return data.unread
  }
  expect(await unread()).toBe(3)
  await stack.call(`PUT /notifications/${first}/read`, { as: priya })
  expect(await unread()).toBe(2)
  await stack.call(`DELETE /notifications/${second}`, { as: priya })
  expect(await unread()).toBe(1)
  const { data } = await stack.call('PUT /notifications/read-all', { as: priya })
  expect(data).toEqual({ read: 1 })
  expect(await unread()).toBe(0)
})

test('the first reading counts, however often and how many at once say so', async () => {
  const [id = ''] = await tell(priya.userId, ['one'])
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      stack.call<Row>(`PUT /notifications/${id}/read`, { as: priya }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  expect(new Set(answers.map(({ data }) => data.readAt)).size).toBe(1)
})

test('everything is read once, whoever marks single ones or all of them meanwhile', async () => {
  const ids = await tell(
    priya.userId,
    Array.from({ length: 20 }, (_, place) => `no. ${place}`),
  )
  const counts = await Promise.all([
    ...Array.from({ length: 4 }, async () => {
      const path = 'PUT /notifications/read-all'
      const { status, data } = await stack.call<{ read: number }>(path, { as: priya })
      expect(status).toBe(200)
      return data.read
    }),
    ...ids.toReversed().map(async (id) => {
      const { status } = await stack.call(`PUT /notifications/${id}/read`, { as: priya })
      expect(status).toBe(200)
      return 0
    }),
  ])
  expect(counts.reduce((sum, read) => sum + read)).toBeLessThanOrEqual(20)
  const { rows } = await stack.admin.query('select from notification where not is_read')
  expect(rows).toEqual([])
})

test('one of two who delete at once has deleted, and nothing is left', async () => {
  const [id = ''] = await tell(priya.userId, ['one'])
  const ends = await Promise.all(
    [1, 2].map(() => stack.call(`DELETE /notifications/${id}`, { as: priya })),
  )
  expect(ends.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 404])
  expect((await listOf(priya)).data).toEqual([])
})

test('a deletion that is repeated under its key is answered as the first time', async () => {
  const [id = ''] = await tell(priya.userId, ['one'])
  const headers = { 'idempotency-key': randomUUID() }
  const once = await stack.call(`DELETE /notifications/${id}`, { as: priya, headers })
  const again = await stack.call(`DELETE /notifications/${id}`, { as: priya, headers })
  expect([once.status, again.status]).toEqual([200, 200])
})

test.each([kiran, meera, ravi, gita])(
  "another user's notification does not exist for a $role",
  async (stranger) => {
    const [id = ''] = await tell(priya.userId, ['private'])
    const read = await stack.call(`PUT /notifications/${id}/read`, { as: stranger })
    const gone = await stack.call(`DELETE /notifications/${id}`, { as: stranger })
    const all = await stack.call('PUT /notifications/read-all', { as: stranger })
    expect([read.status, gone.status, all.data]).toEqual([404, 404, { read: 0 }])
    const { data } = await listOf(priya)
    expect(data).toMatchObject([{ id, isRead: false }])
  },
)
