import { InvoiceIssued } from '@forecourt/contracts/billing-events'
import { decide } from '@forecourt/testing/deciding'
import { asha, ravi } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { issuedInvoiceFact } from '@forecourt/testing/visit-facts'
import { knowStaff, knowWorkshops, startCard } from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from './service.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack(workshop)
  await knowWorkshops(stack)
  await knowStaff(stack)
})
afterAll(() => stack?.close())

async function finishedCard(): Promise<string> {
  const { id } = await startCard(stack)
  await stack.call(`PUT /workshop/job-cards/${id}/complete`, { as: ravi, body: {} })
  return id
}

const deliver = (id: string) => stack.call(`PUT /workshop/job-cards/${id}/deliver`, { as: asha })

test('a link lives for as many hours as administrators have decided', async () => {
  const id = await finishedCard()
  await decide(stack, 'customerLinkHours', 5)
  expect((await deliver(id)).status).toBe(200)
  const { rows } = await stack.admin.query<{ hours: number }>(
    `select extract(epoch from expires_at - created_at)::float8 / 3600 as hours
       from link where job_card_id = $1`,
    [id],
  )
  expect(rows.map(({ hours }) => Math.round(hours))).toEqual([5])
})

test('a vehicle waits for its invoice to be paid, where administrators have decided so', async () => {
  const id = await finishedCard()
  await decide(stack, 'deliveryNeedsPayment', true)
  const early = await deliver(id)
  expect([early.status, early.body.error?.reason]).toEqual([409, 'payment_outstanding'])
  const invoice = issuedInvoiceFact(null)
  await publish(stack, InvoiceIssued, { ...invoice, jobCardId: id, paymentStatus: 'paid' })
  await expect.poll(async () => (await deliver(id)).status).toBe(200)
  const unpaid = await finishedCard()
  expect((await deliver(unpaid)).status).toBe(409)
  await decide(stack, 'deliveryNeedsPayment', false)
  expect((await deliver(unpaid)).status).toBe(200)
})
