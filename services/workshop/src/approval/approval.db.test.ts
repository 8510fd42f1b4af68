import { KeyRing } from '@forecourt/platform/config'
import { unseal } from '@forecourt/platform/personal'
import { eventually } from '@forecourt/testing/eventually'
import { asha, dev, priya, ravi } from '@forecourt/testing/people'
import { openStack, testSecrets, type Stack } from '@forecourt/testing/stack'
import { knowStaff, knowWorkshops, startCard, type Card } from '@forecourt/testing/visiting'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { workshop } from '../service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
})
afterAll(() => stack?.close())
beforeEach(() => stack.redis.flushdb())

interface Proposed extends Card {
  additionalServices: { id: string; decision: string; approvedBy: string | null; cost: number }[]
}

function propose(card: { id: string }, costs: number[], as = ravi) {
  const additionalServices = costs.map((cost, place) => ({ description: `Extra ${place}`, cost }))
  const path = `PUT /workshop/job-cards/${card.id}/additional-services` as const
  return stack.call<Proposed>(path, { as, body: { additionalServices } })
}

const transport = KeyRing.parse(testSecrets.TRANSPORT_KEYS)

/** The newest link of a card, as the customer gets it. */
async function linkOf(card: { id: string }, nth = 1): Promise<string> {
  const told = await eventually('a link', () => {
    const links = stack.topics.seen.filter(
      ({ type, data }) => type === 'workshop.link.requested.v1' && data?.['jobCardId'] === card.id,
    )
    return links[nth - 1]
  })
  const { linkId, token } = told.data as { linkId: string; token: string }
  return unseal(transport, token, `link|token|${linkId}`)
}

interface Shown {
  status: string
  total: number
  services: { id: string; decision: string }[]
}

function see(token: string) {
  return stack.call<Shown>(`GET /approvals/${token}`)
}

function answer(token: string, body: object) {
  return stack.call<Shown>(`PUT /approvals/${token}`, { body })
}

async function decide(card: { id: string }, service: string, word: string, as = asha) {
  const path = `PUT /workshop/job-cards/${card.id}/additional-services/${service}/${word}` as const
  return stack.call<Proposed>(path, { as })
}

async function cardNow(card: { id: string }): Promise<Proposed> {
  return (await stack.call<Proposed>(`GET /workshop/job-cards/${card.id}`, { as: ravi })).data
}

test('more work waits for the customer, who sees what it costs and says yes by a link', async () => {
  const card = await startCard(stack)
  const { data } = await propose(card, [900, 100.05])
  expect(data).toMatchObject({ status: 'waiting_customer_approval' })
  const refused = await stack.call(`PUT /workshop/job-cards/${card.id}/complete`, {
    as: ravi,
    body: {},
  })
  expect(refused.status).toBe(409)
  const token = await linkOf(card)
  const shown = await see(token)
  expect(shown.data).toMatchObject({ status: 'open', subtotal: 1_000.05, tax: 180.01 })
  expect(shown.data.total).toBe(1_180.06)
  expect((await answer(token, { decision: 'approve' })).data).toMatchObject({ status: 'decided' })
  const now = await cardNow(card)
  expect(now.status).toBe('in_progress')
  expect(now.additionalServices.map(({ decision }) => decision)).toEqual(['approved', 'approved'])
  const { rows } = await stack.admin.query('select * from link where job_card_id = $1', [card.id])
  expect(JSON.stringify(rows)).not.toContain(token)
})

test('of an approval, the services that are named are meant; the others are rejected', async () => {
  const card = await startCard(stack)
  const [one, other] = (await propose(card, [10, 20])).data.additionalServices
  const token = await linkOf(card)
  await answer(token, { decision: 'approve', services: [other?.id] })
  const decisions = (await cardNow(card)).additionalServices.map(({ id, decision }) => [
    id,
    decision,
  ])
  expect(decisions).toEqual([
    [one?.id, 'rejected'],
    [other?.id, 'approved'],
  ])
})

test('a link answers once, though it is used sixteen times at once', async () => {
  const card = await startCard(stack)
  await propose(card, [10])
  const token = await linkOf(card)
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, turn) =>
      answer(token, { decision: turn % 2 ? 'approve' : 'reject' }),
    ),
  )
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, ...Array.from({ length: 15 }, () => 403)])
})

test('the link of an older question is dead, and nothing acts on a look', async () => {
  const card = await startCard(stack)
  await propose(card, [10])
  const old = await linkOf(card)
  await propose(card, [20])
  const late = await answer(old, { decision: 'approve' })
  expect(late.body.error?.reason).toBe('link_invalid')
  expect((await see(old)).data.status).toBe('superseded')
  const token = await linkOf(card, 2)
  await see(token)
  expect((await cardNow(card)).status).toBe('waiting_customer_approval')
  expect((await answer(token, { decision: 'approve' })).status).toBe(200)
  const now = await cardNow(card)
  expect(now.additionalServices.map(({ decision }) => decision)).toEqual(['approved', 'approved'])
})

test('a link that is too old, or made up, is refused', async () => {
  const card = await startCard(stack)
  await propose(card, [10])
  const token = await linkOf(card)
  await stack.admin.query(
    `update link set expires_at = now() - interval '1 s' where job_card_id = $1`,
    [card.id],
  )
  expect((await answer(token, { decision: 'approve' })).status).toBe(403)
  expect((await see(token)).data.status).toBe('expired')
  expect((await see('A'.repeat(22))).status).toBe(403)
})

test('staff note the word of a customer who called, and the last one lets the job go on', async () => {
  const card = await startCard(stack)
  const [one, other] = (await propose(card, [10, 20])).data.additionalServices
  expect((await decide(card, one?.id ?? '', 'approve', ravi)).status).toBe(403)
  const first = await decide(card, one?.id ?? '', 'approve')
  expect(first.data.status).toBe('waiting_customer_approval')
  const second = await decide(card, other?.id ?? '', 'reject', priya)
  expect(second.data).toMatchObject({
    status: 'in_progress',
    additionalServices: [
      { decision: 'approved', approvedBy: asha.userId },
      { decision: 'rejected', approvedBy: priya.userId },
    ],
  })
  expect((await decide(card, one?.id ?? '', 'reject')).status).toBe(409)
  const told = await stack.topics.next(
    'workshop.job-card.approval-decided.v1',
    ({ key }) => key === card.id,
  )
  expect(told.data).toMatchObject({ additionalServices: [{ costMinor: 1_000 }, {}] })
})

test('a link that staff were faster than approves nothing', async () => {
  const card = await startCard(stack)
  const [only] = (await propose(card, [10])).data.additionalServices
  const token = await linkOf(card)
  await decide(card, only?.id ?? '', 'reject')
  expect((await answer(token, { decision: 'approve' })).status).toBe(403)
})

test('only who has the card may propose more work on it', async () => {
  const card = await startCard(stack)
  expect((await propose(card, [10], dev)).body.error?.reason).toBe('not_your_job_card')
})
