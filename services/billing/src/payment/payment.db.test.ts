import { cardFact, completeCard, type InvoiceAnswer, knowBilling } from '@forecourt/testing/billing'
import { kiran, priya, ravi } from '@forecourt/testing/people'
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

interface Taken {
  id: string
  paymentNumber: string
  amount: number
  invoice: { status: string; paymentStatus: string; paidAmount: number; balanceAmount: number }
}

async function issued(): Promise<InvoiceAnswer> {
  const id = await completeCard(stack, cardFact(customerId))
  return (await stack.call<InvoiceAnswer>(`PUT /invoices/${id}/finalize`, { as: ravi })).data
}

function pay(id: string, body: object, headers: Record<string, string> = {}) {
  return stack.call<Taken>(`POST /invoices/${id}/payments`, { as: ravi, body, headers })
}

test('an invoice is paid in parts, by any method, until nothing is left', async () => {
  const { id, totalAmount } = await issued()
  let left = Math.round(totalAmount * 100)
  for (const paymentMethod of ['cash', 'card', 'online', 'upi']) {
    const { data } = await pay(id, { amount: 100.01, paymentMethod, transactionId: 'T-1' })
    left -= 10_001
    expect(data.invoice).toMatchObject({ status: 'sent', paymentStatus: 'partial' })
    expect(data.invoice.balanceAmount).toBe(left / 100)
    expect(data.paymentNumber).toMatch(/^PAY-\d{6}$/)
  }
  const { data } = await pay(id, { amount: left / 100, paymentMethod: 'cheque' })
  expect(data.invoice).toEqual({
    status: 'paid',
    paymentStatus: 'paid',
    paidAmount: totalAmount,
    balanceAmount: 0,
  })
  const { data: history } = await stack.call<Taken[]>(`GET /invoices/${id}/payments`, { as: priya })
  expect(history).toHaveLength(5)
  const told = await stack.topics.next(
    'billing.invoice.settled.v1',
    ({ key, data: state }) => key === id && state?.['status'] === 'paid',
  )
  expect(told.data).toMatchObject({ balanceMinor: 0, paymentStatus: 'paid' })
  await stack.topics.next('billing.payment.received.v1', ({ key }) => key === data.id)
})

test('nobody pays more than is left, and is told how much that is', async () => {
  const { id, totalAmount } = await issued()
  const { status, body } = await pay(id, { amount: totalAmount + 0.01, paymentMethod: 'cash' })
  expect(status).toBe(409)
  expect(body.error).toMatchObject({
    reason: 'payment_exceeds_balance',
    message: `Only ${totalAmount.toFixed(2)} INR is still to be paid.`,
  })
})

test('of two full payments at once, one is taken', async () => {
  const { id, totalAmount } = await issued()
  const body = { amount: totalAmount, paymentMethod: 'upi' }
  const answers = await Promise.all([pay(id, body), pay(id, body), pay(id, body)])
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409])
  const { rows } = await stack.admin.query(
    'select amount_minor from payment where invoice_id = $1',
    [id],
  )
  expect(rows).toHaveLength(1)
})

test('of two payments at once that are too much together, one is refused with what is left', async () => {
  const { id, totalAmount } = await issued()
  const body = { amount: 5_000, paymentMethod: 'cash' }
  const answers = await Promise.all([pay(id, body), pay(id, body)])
  const taken = answers.filter(({ status }) => status === 201)
  const refused = answers.find(({ status }) => status === 409)
  expect(taken).toHaveLength(1)
  const left = (totalAmount - 5_000).toFixed(2)
  expect(refused?.body.error?.message).toBe(`Only ${left} INR is still to be paid.`)
  const { data } = await stack.call<InvoiceAnswer>(`GET /invoices/${id}`, { as: priya })
  expect(data).toMatchObject({ paidAmount: 5_000, paymentStatus: 'partial' })
})

test('of many clicks on pay, one issues the draft and pays it', async () => {
  const id = await completeCard(stack, cardFact(customerId))
  const click = () =>
    stack.call<InvoiceAnswer>(`PUT /invoices/${id}/pay`, {
      as: ravi,
      body: { paymentMethod: 'cash' },
    })
  const answers = await Promise.all(Array.from({ length: 6 }, click))
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 409, 409, 409, 409, 409])
  const { data } = await stack.call<Taken[]>(`GET /invoices/${id}/payments`, { as: priya })
  expect(data).toMatchObject([{ amount: 7_696.01 }])
  const told = await stack.topics.next('billing.invoice.settled.v1', ({ key }) => key === id)
  expect(told.headers).toMatchObject({ ce_sequence: '3' })
})

test('a payment that is sent twice under one key is taken once', async () => {
  const { id } = await issued()
  const headers = { 'idempotency-key': `pay-once-${id}` }
  const body = { amount: 500, paymentMethod: 'cash' }
  const answers = await Promise.all([pay(id, body, headers), pay(id, body, headers)])
  const [one, other] = answers.map(({ data }) => data.id)
  expect(one).toBe(other)
  const { data } = await stack.call<InvoiceAnswer>(`GET /invoices/${id}`, { as: priya })
  expect(data.paidAmount).toBe(500)
})

test('a transaction of a provider pays once', async () => {
  const { id } = await issued()
  const body = { amount: 1, paymentMethod: 'upi', transactionId: 'UPI-1' }
  expect((await pay(id, body)).status).toBe(201)
  expect((await pay(id, body)).body.error?.reason).toBe('payment_known')
})

test('a draft cannot be paid in part, but paying it all issues it first', async () => {
  const id = await completeCard(stack, cardFact(customerId))
  const early = await pay(id, { amount: 1, paymentMethod: 'cash' })
  expect(early.body.error?.reason).toBe('state_forbids')
  const { status, data } = await stack.call<InvoiceAnswer>(`PUT /invoices/${id}/pay`, {
    as: ravi,
    body: { paymentMethod: 'cash' },
  })
  expect(status).toBe(200)
  expect(data).toMatchObject({ status: 'paid', balanceAmount: 0 })
  expect(data.invoiceNumber).not.toBeNull()
})

test('the reports equal the invoices and payments behind them', async () => {
  interface Summary {
    currency: string
    invoiceCount: number
    totalAmount: number
    paidAmount: number
    balanceAmount: number
    byStatus: { status: string; totalAmount: number }[]
  }
  const { data } = await stack.call<Summary[]>('GET /invoices/reports/summary', { as: kiran })
  const ofNoYear = await stack.call('GET /invoices/reports/summary?from=0000-01-01', { as: kiran })
  expect(ofNoYear.status).toBe(422)
  const { rows } = await stack.admin.query<{ total: string; paid: string; count: string }>(
    `select sum(total_minor) as total, count(*) as count,
            (select sum(amount_minor) from payment) as paid
       from invoice where serial is not null`,
  )
  const [truth] = rows
  expect(data).toHaveLength(1)
  const [sums] = data
  expect(sums).toMatchObject({
    currency: 'INR',
    invoiceCount: Number(truth?.count),
    totalAmount: Number(truth?.total) / 100,
    paidAmount: Number(truth?.paid) / 100,
  })
  const left = (Number(truth?.total) - Number(truth?.paid)) / 100
  expect(sums?.balanceAmount).toBe(left)
  const outstanding = await stack.call<InvoiceAnswer[]>('GET /invoices/reports/outstanding', {
    as: kiran,
    query: { limit: '100' },
  })
  const open = outstanding.data.reduce((sum, row) => sum + Math.round(row.balanceAmount * 100), 0)
  expect(open / 100).toBe(left)
})
