import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cardFact, completeCard, type InvoiceAnswer, knowBilling } from '@forecourt/testing/billing'
import { asha, ravi } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { tokenOf } from '@forecourt/testing/tokens'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billing } from '../service.ts'

let stack: Stack
let customerId = ''
const data = mkdtempSync(join(tmpdir(), 'documents-'))
beforeAll(async () => {
  stack = await openStack(billing, { FORECOURT_DATA: data })
  customerId = await knowBilling(stack)
})
afterAll(async () => {
  await stack?.close()
  rmSync(data, { recursive: true })
})

/** What a reader of PDFs finds written in it. */
async function textOf(id: string): Promise<string> {
  const response = await fetch(new URL(`/invoices/${id}/pdf`, stack.url), {
    headers: { authorization: `Bearer ${tokenOf(asha)}` },
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/pdf')
  const bytes = new Uint8Array(await response.arrayBuffer())
  const document = await getDocument({ data: bytes, verbosity: 0 }).promise
  const pages = await Promise.all(
    Array.from({ length: document.numPages }, async (_, page) => {
      const { items } = await (await document.getPage(page + 1)).getTextContent()
      return items.map((item) => ('str' in item ? item.str : '')).join(' ')
    }),
  )
  return pages.join(' ').replaceAll(/\s+/g, ' ')
}

function rendered(id: string) {
  return stack.topics.next('billing.invoice-document.rendered.v1', ({ key }) => key === id)
}

test('the PDF of an issued invoice names every particular that the law asks for', async () => {
  const id = await completeCard(stack, cardFact(customerId))
  await stack.call(`PUT /invoices/${id}`, {
    as: ravi,
    body: { customerDetails: { name: 'राहुल' }, notes: 'Next service at 55,000 km' },
  })
  const issued = await stack.call<InvoiceAnswer>(`PUT /invoices/${id}/finalize`, { as: ravi })
  const told = await rendered(id)
  expect(told.data).toMatchObject({ invoiceNumber: issued.data.invoiceNumber })
  const text = await textOf(id)
  const particulars = [
    'TAX INVOICE',
    'Forecourt Pune',
    '12, Law College Road',
    'GSTIN: 27AAPFU0939F1ZV',
    String(issued.data.invoiceNumber),
    'Maharashtra (27)',
    'Reverse charge No',
    '998729',
    '870830',
    '4 PCS',
    '586.98',
    '₹ 7,696.01',
    'Authorised signatory',
    'Next service',
  ]
  for (const particular of particulars) expect(text).toContain(particular)
  expect(text).toContain('राहुल')
  expect(text).not.toContain('DRAFT')
})

test('a draft is shown as one, and is not kept', async () => {
  const id = await completeCard(stack, cardFact(customerId))
  expect(await textOf(id)).toContain('DRAFT')
  const { rows } = await stack.admin.query('select from invoice_document where id = $1', [id])
  expect(rows).toHaveLength(0)
  const early = await stack.call(`PUT /invoices/${id}/send`, { as: ravi })
  expect(early.body.error?.reason).toBe('state_forbids')
})

test('an issued invoice is sent once more when somebody asks for it', async () => {
  const id = await completeCard(stack, cardFact(customerId))
  await stack.call(`PUT /invoices/${id}/finalize`, { as: ravi })
  await rendered(id)
  const { status } = await stack.call(`PUT /invoices/${id}/send`, { as: ravi })
  expect(status).toBe(200)
  const told = await stack.topics.next('billing.invoice-document.sent.v1', ({ key }) => key === id)
  expect(told.headers).toMatchObject({ ce_sequence: '2' })
})
