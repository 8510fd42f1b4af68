import { randomUUID } from 'node:crypto'
import { JobCardCancelled } from '@forecourt/contracts/workshop-events'
import { cardFact, completeCard, type InvoiceAnswer, knowBilling } from '@forecourt/testing/billing'
import { eventually } from '@forecourt/testing/eventually'
import { priya, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billing } from '../service.ts'

let stack: Stack
let customerId = ''
beforeAll(async () => {
  stack = await openStack(billing)
  customerId = await knowBilling(stack)
})
afterAll(() => stack?.close())

test('a job card has one invoice, whoever asks for it and however often', async () => {
  const card = cardFact(customerId)
  const ask = () =>
    stack.call<InvoiceAnswer>(`POST /invoices/from-job-card/${card.jobCardId}`, { as: ravi })
  // Asked for in the very second in which the work is done.
  const asked = [ask(), ask(), ask(), ask()]
  const id = await completeCard(stack, card)
  const answers = [...(await Promise.all(asked)), await ask()]
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
  expect(new Set(answers.map(({ data }) => data.id))).toEqual(new Set([id]))
  const { rowCount } = await stack.admin.query('select from invoice where job_card_id = $1', [
    card.jobCardId,
  ])
  expect(rowCount).toBe(1)
})

test('work that is not done yet is not billed', async () => {
  const card = cardFact(customerId, { status: 'cancelled', partsUsed: [] })
  await publish(stack, JobCardCancelled, card)
  await eventually('the job card', async () => {
    const { rowCount } = await stack.admin.query('select from job_card where id = $1', [
      card.jobCardId,
    ])
    return rowCount === 1
  })
  const { body } = await stack.call(`POST /invoices/from-job-card/${card.jobCardId}`, { as: ravi })
  expect(body.error?.reason).toBe('job_card_unfinished')
  const strange = await stack.call(`POST /invoices/from-job-card/${randomUUID()}`, { as: ravi })
  expect(strange.status).toBe(404)
})

interface Kept {
  id: string
  status: string
}

async function invoicesOf(jobCardId: string): Promise<Kept[]> {
  const { rows } = await stack.admin.query<Kept>(
    'select id, status from invoice where job_card_id = $1 order by id',
    [jobCardId],
  )
  return rows
}

function bill(jobCardId: string) {
  return stack.call<InvoiceAnswer>(`POST /invoices/from-job-card/${jobCardId}`, { as: ravi })
}

function cancel(id: string) {
  return stack.call(`PUT /invoices/${id}/cancel`, { as: priya })
}

test('a job card whose draft was cancelled is billed again, once, however many ask', async () => {
  const card = cardFact(customerId)
  const first = await completeCard(stack, card)
  await cancel(first)
  const answers = await Promise.all(Array.from({ length: 8 }, () => bill(card.jobCardId)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1)
  const [again] = answers.map(({ data }) => data)
  expect(again).toMatchObject({ status: 'draft', jobCardId: card.jobCardId, totalAmount: 7_696.01 })
  expect(await invoicesOf(card.jobCardId)).toEqual([
    { id: first, status: 'cancelled' },
    { id: again?.id, status: 'draft' },
  ])
})

test('whoever cancels and bills at once never leaves two invoices of one job', async () => {
  const card = cardFact(customerId)
  let live = await completeCard(stack, card)
  for (let round = 0; round < 5; round += 1) {
    const asked = Array.from({ length: 4 }, () => bill(card.jobCardId))
    const [cancelled, ...billed] = await Promise.all([cancel(live), ...asked])
    expect(cancelled.status).toBe(200)
    // 503 is for who came in the moment between the two.
    for (const { status } of billed) expect([201, 503]).toContain(status)
    const settled = await bill(card.jobCardId)
    expect(settled.status).toBe(201)
    const open = (await invoicesOf(card.jobCardId)).filter(({ status }) => status !== 'cancelled')
    expect(open).toEqual([{ id: settled.data.id, status: 'draft' }])
    live = settled.data.id
  }
})
