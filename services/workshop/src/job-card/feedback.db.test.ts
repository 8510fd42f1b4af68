import { KeyRing } from '@forecourt/platform/config'
import { unseal } from '@forecourt/platform/personal'
import { asha, priya, ravi } from '@forecourt/testing/people'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { knowStaff, knowWorkshops, startCard } from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
})
afterAll(() => stack?.close())

test('who delivers asks for feedback by one link, though eight deliver at once', async () => {
  const card = await startCard(stack)
  await stack.call(`PUT /workshop/job-cards/${card.id}/complete`, { as: ravi, body: {} })
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, turn) =>
      stack.call(`PUT /workshop/job-cards/${card.id}/deliver`, { as: turn % 2 ? asha : priya }),
    ),
  )
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
  const { rows } = await stack.admin.query('select * from link where job_card_id = $1', [card.id])
  expect(rows).toMatchObject([{ purpose: 'feedback', subject_id: card.id }])
})

test('the link of a feedback lives for three days, and nobody but the customer reads it', async () => {
  const card = await startCard(stack)
  await stack.call(`PUT /workshop/job-cards/${card.id}/complete`, { as: ravi, body: {} })
  await stack.call(`PUT /workshop/job-cards/${card.id}/deliver`, { as: asha })
  const { data } = await stack.topics.next(
    'workshop.link.requested.v1',
    (event) => event.data?.['jobCardId'] === card.id,
  )
  const { linkId, token } = data as { linkId: string; token: string }
  const secret = unseal(KeyRing.parse(testSecrets.TRANSPORT_KEYS), token, `link|token|${linkId}`)
  expect(Buffer.from(secret, 'base64url')).toHaveLength(16)
  const { rows } = await stack.admin.query<{ id: string; hours: number }>(
    `select *, extract(epoch from expires_at - created_at) / 3600 as hours
       from link where job_card_id = $1`,
    [card.id],
  )
  expect(JSON.stringify(rows)).not.toContain(secret)
  expect(rows.map(({ id, hours }) => [id, Math.round(hours)])).toEqual([[linkId, 72]])
})
