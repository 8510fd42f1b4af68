import { randomUUID } from 'node:crypto'
import {
  cardFact,
  completeCard,
  type InvoiceAnswer,
  knowBilling,
  knowCustomer,
  partLine,
} from '@forecourt/testing/billing'
import { watchStatements } from '@forecourt/testing/billing-statements'
import { asha, kiran, mumbai, priya, pune, ravi } from '@forecourt/testing/people'
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

function of(id: string) {
  return ({ key }: { key: string }) => key === id
}

test('a finished job is billed by what was done, agreed to and used', async () => {
  const card = cardFact(customerId)
  const id = await completeCard(stack, card)
  const { data } = await stack.call<InvoiceAnswer>(`GET /invoices/${id}`, { as: asha })
  expect(data).toMatchObject({
    invoiceNumber: null,
    status: 'draft',
    paymentStatus: 'pending',
    jobCardId: card.jobCardId,
    customerId,
    serviceCenterId: pune,
    customerName: 'Rahul Patil',
    customerDetails: { phone: '+919820012345', address: { state: 'Maharashtra' } },
    placeOfSupply: 'Maharashtra',
    currency: 'INR',
    subtotal: 6_522.05,
    // 90.00 + 72.00 + 424.98 for each half.
    taxes: { cgst: 586.98, sgst: 586.98, igst: 0, vat: 0 },
    totalAmount: 7_696.01,
    balanceAmount: 7_696.01,
    available: [],
  })
  expect(data.items).toMatchObject([
    { type: 'service', description: 'Oil change', taxCode: '998729', total: 1_180.05 },
    { type: 'service', description: 'Wheel alignment', taxCode: '998729', total: 944 },
    { type: 'part', description: 'Brake pad', taxCode: '870830', quantity: 4, total: 5_571.96 },
  ])
  const told = await stack.topics.next('billing.invoice.drafted.v1', of(id))
  expect(told.data).toMatchObject({ jobCardId: card.jobCardId, totalMinor: 769_601 })
  expect(JSON.stringify(told.data)).not.toContain('Rahul')
})

test('an issued invoice has a number, a date and a day until which to pay', async () => {
  const id = await completeCard(stack, cardFact(customerId))
  const { status, data } = await stack.call<InvoiceAnswer>(`PUT /invoices/${id}/finalize`, {
    as: ravi,
  })
  expect(status).toBe(200)
  expect(data.invoiceNumber).toMatch(/^PUN\/\d\d-\d\d\/000001$/)
  expect(data).toMatchObject({ status: 'sent', version: 2, supplier: { gstin: '27AAPFU0939F1ZV' } })
  const told = await stack.topics.next('billing.invoice.issued.v1', of(id))
  expect(told.data).toMatchObject({ invoiceNumber: data.invoiceNumber, status: 'sent' })
  const again = await stack.call(`PUT /invoices/${id}/finalize`, { as: priya })
  expect(again.body.error?.reason).toBe('state_forbids')
})

test('a warranty part is a line at price 0, and a customer of another state owes integrated tax', async () => {
  const goan = await knowCustomer(stack, { state: 'Goa' })
  const partsUsed = [
    partLine('Alternator', 1, 900_000, { isWarranty: true }),
    partLine('Engine oil', 3.5, 62_000, { taxRate: 5 }),
  ]
  const id = await completeCard(stack, cardFact(goan, { partsUsed }))
  const { data } = await stack.call<InvoiceAnswer>(`GET /invoices/${id}`, { as: asha })
  expect(data).toMatchObject({ placeOfSupply: 'Goa', taxes: { cgst: 0, sgst: 0 } })
  // 18 % of 1000.05 and of 800.00, and 5 % of 2170.00.
  expect(data.taxes.igst).toBe(180.01 + 144 + 108.5)
  expect(data.items[2]).toMatchObject({ unitPrice: 0, total: 0, warrantyNumber: 'W-2291' })
  expect(data.items[3]).toMatchObject({ quantity: 3.5, taxRate: 5, total: 2_278.5 })
})

const bodyOf = (items: object[]) => ({ customerId, items })

function draft(items: object[] = [{ description: 'Wash', unitPrice: 500 }]) {
  return stack.call<InvoiceAnswer>('POST /invoices', { as: priya, body: bodyOf(items) })
}

test('an invoice is made out by hand, with the rate of its day where none is named', async () => {
  const { status, data } = await draft([
    { description: 'Wash', unitPrice: 500 },
    { type: 'part', description: 'Wiper', quantity: 2, unitPrice: 250.5, discount: 1, taxRate: 5 },
  ])
  expect(status).toBe(201)
  expect(data).toMatchObject({
    status: 'draft',
    createdBy: priya.userId,
    subtotal: 1_001,
    discount: 1,
    tax: 115,
    totalAmount: 1_115,
    available: ['finalize', 'cancel'],
  })
  expect(data.items[0]).toMatchObject({ taxCode: '998729', taxRate: 18 })
  const nobody = await stack.call('POST /invoices', { as: priya, body: { items: [] } })
  expect(nobody.body.errors).toHaveProperty('customerId')
  const tooCheap = await draft([{ description: 'Wash', unitPrice: 5, discount: 6 }])
  expect(tooCheap.status).toBe(422)
})

test('an invoice of another center is not for this one to make out', async () => {
  const { body } = await stack.call('POST /invoices', {
    as: priya,
    body: { ...bodyOf([]), serviceCenterId: mumbai },
  })
  expect(body.errors).toHaveProperty('serviceCenterId')
})

test('a draft is changed line by line: one changed, one dropped, one more', async () => {
  const { data: before } = await draft([
    { description: 'Wash', unitPrice: 500 },
    { description: 'Wax', unitPrice: 300 },
  ])
  const [wash, wax] = before.items
  const change = (body: object, headers = {}) =>
    stack.call<InvoiceAnswer>(`PUT /invoices/${before.id}`, { as: ravi, body, headers })
  const { data } = await change({
    items: [
      { id: wash?.id, discount: 100 },
      { id: wax?.id, remove: true },
      { description: 'Polish', unitPrice: 200 },
    ],
  })
  expect(data.items).toMatchObject([
    { id: wash?.id, description: 'Wash', taxableAmount: 400 },
    { description: 'Polish', total: 236 },
  ])
  expect(data).toMatchObject({ totalAmount: 708, version: 2 })
  const moved = await change({ placeOfSupply: 'Goa' })
  expect(moved.data).toMatchObject({ totalAmount: 708, taxes: { igst: 108, cgst: 0 } })
  const kept = await change({ notes: 'Thank you' })
  expect(kept.data).toMatchObject({ placeOfSupply: 'Goa', notes: 'Thank you' })
  expect((await change({ placeOfSupply: 'Atlantis' })).status).toBe(422)
  expect((await change({ items: [{ id: randomUUID(), discount: 1 }] })).status).toBe(422)
  expect((await change({ items: [{ discount: 1 }] })).status).toBe(422)
  expect((await change({ dueDate: '0000-01-01' })).status).toBe(422)
  expect((await change({ notes: null }, { 'if-match': '"2"' })).status).toBe(412)
  await stack.call(`PUT /invoices/${before.id}/finalize`, { as: ravi })
  expect((await change({ notes: 'Late' })).body.error?.reason).toBe('state_forbids')
})

test('the name, phone and address of the buyer are nowhere in clear', async () => {
  const { data } = await draft()
  const { rows } = await stack.admin.query<{ row: string }>(
    'select invoice::text as row from invoice where id = $1',
    [data.id],
  )
  expect(data['customerDetails']).toMatchObject({ name: 'Rahul Patil' })
  expect(rows[0]?.row).not.toMatch(/Rahul|9820012345|411001/)
})

test('an empty draft has nothing to issue, and a cancelled one has no number', async () => {
  const { data } = await draft([])
  const empty = await stack.call(`PUT /invoices/${data.id}/finalize`, { as: priya })
  expect(empty.body.error?.reason).toBe('invoice_empty')
  const cancelled = await stack.call<InvoiceAnswer>(`PUT /invoices/${data.id}/cancel`, {
    as: priya,
  })
  expect(cancelled.data).toMatchObject({ status: 'cancelled', invoiceNumber: null, available: [] })
})

test('a center without a GSTIN issues no tax invoice until it has one', async () => {
  const body = {
    serviceCenterId: mumbai,
    customerDetails: { name: 'Rahul' },
    items: [{ description: 'Wash', unitPrice: 500 }],
  }
  const { data } = await stack.call<InvoiceAnswer>('POST /invoices', { as: kiran, body })
  const issue = () => stack.call<InvoiceAnswer>(`PUT /invoices/${data.id}/finalize`, { as: kiran })
  const refused = await issue()
  expect([refused.status, refused.body.error?.reason]).toEqual([409, 'gstin_missing'])
  const setGstin = (gstin: string | null) =>
    stack.admin.query('update service_center set gstin = $1 where id = $2', [gstin, mumbai])
  await setGstin('27AAFCF1234K2ZO')
  const issued = await issue()
  expect(issued.data).toMatchObject({ status: 'sent', supplier: { gstin: '27AAFCF1234K2ZO' } })
  expect(issued.data.invoiceNumber).toMatch(/^MUM\/\d\d-\d\d\/000001$/)
})

test('an invoice that owes nothing is paid when it is issued', async () => {
  const { data } = await draft([{ description: 'Goodwill', unitPrice: 0 }])
  const issued = await stack.call<InvoiceAnswer>(`PUT /invoices/${data.id}/finalize`, { as: priya })
  expect(issued.data).toMatchObject({ status: 'paid', paymentStatus: 'paid', balanceAmount: 0 })
})

test('an invoice that nobody paid in time is overdue, and can still be paid', async () => {
  const { data } = await draft()
  await stack.call(`PUT /invoices/${data.id}/finalize`, { as: priya })
  await stack.admin.query('update timer set due_at = now() where subject = $1', [data.id])
  await stack.topics.next('billing.invoice.overdue.v1', of(data.id))
  const paid = await stack.call<InvoiceAnswer>(`PUT /invoices/${data.id}/pay`, {
    as: priya,
    body: { paymentMethod: 'card' },
  })
  expect(paid.data.status).toBe('paid')
})

test.each([9, 51])('issuing %i lines takes at most twelve statements', async (count) => {
  const { data } = await draft(
    Array.from({ length: count }, (_, place) => ({ description: `Step ${place}`, unitPrice: 10 })),
  )
  const watch = watchStatements()
  const { status } = await stack.call(`PUT /invoices/${data.id}/finalize`, {
    as: priya,
    headers: { 'idempotency-key': `issue-once-${data.id}` },
  })
  watch.stop()
  expect(status).toBe(200)
  const [statements = []] = watch.transactionsWith('"number_series"')
  expect(statements[0]).toMatch(/^begin/)
  expect(statements.length).toBeLessThanOrEqual(12)
})
