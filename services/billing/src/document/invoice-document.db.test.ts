import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cardFact, completeCard, type InvoiceAnswer, knowBilling } from '@forecourt/testing/billing'
import { asha, priya, ravi } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { tokenOf } from '@forecourt/testing/tokens'
import fc from 'fast-check'
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

const anyLine = fc
  .record({
    milli: fc.integer({ min: 1, max: 20_000 }),
    price: fc.integer({ min: 0, max: 5_000_000 }),
    taxRate: fc.constantFrom(0, 5, 18, 40),
    off: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ milli, price, taxRate, off }) => ({
    description: 'Work',
    quantity: milli / 1_000,
    unitPrice: price / 100,
    discount: Math.floor((milli * price * off) / 100_000) / 100,
    taxRate,
  }))

const anyCart = fc.record({
  items: fc.array(anyLine, { minLength: 1, maxLength: 15 }),
  placeOfSupply: fc.constantFrom('Maharashtra', 'Goa'),
})

type Heads = Record<'taxable' | 'cgst' | 'sgst' | 'igst' | 'total', number>

/** The sums of the lines as they are kept. */
async function ledgerOf(id: string): Promise<Heads> {
  const { rows } = await stack.admin.query<Heads>(
    `select sum(taxable_minor)::int as taxable, sum(cgst_minor)::int as cgst,
            sum(sgst_minor)::int as sgst, sum(igst_minor)::int as igst,
            sum(total_minor)::int as total
       from invoice_line where invoice_id = $1`,
    [id],
  )
  const [sums] = rows
  if (!sums) throw new Error(`${id} has no lines.`)
  return sums
}

const inIndia = new Intl.NumberFormat('en-IN', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
})
const onPaper = (minor: number) => inIndia.format(minor / 100)

test('of any cart, the lines, the header, the event, the ledger and the PDF say the same', async () => {
  const property = fc.asyncProperty(anyCart, async ({ items, placeOfSupply }) => {
    const drafted = await stack.call<InvoiceAnswer>('POST /invoices', {
      as: priya,
      body: { customerId, placeOfSupply, items },
    })
    const { id } = drafted.data
    const { data } = await stack.call<InvoiceAnswer>(`PUT /invoices/${id}/finalize`, { as: priya })
    const kept = await ledgerOf(id)
    expect(kept.sgst).toBe(kept.cgst)
    expect(placeOfSupply === 'Goa' ? kept.cgst : kept.igst).toBe(0)
    const { cgst, sgst, igst } = data.taxes
    const inPaise = (amount: number) => Math.round(amount * 100)
    expect([cgst, sgst, igst, data.totalAmount].map(inPaise)).toEqual([
      kept.cgst,
      kept.sgst,
      kept.igst,
      kept.total,
    ])
    const issued = await stack.topics.next('billing.invoice.issued.v1', ({ key }) => key === id)
    const taxMinor = kept.cgst + kept.sgst + kept.igst
    expect(issued.data).toMatchObject({ taxMinor, totalMinor: kept.total })
    const told = (issued.data?.['items'] ?? []) as Record<string, number>[]
    const toldOf = (head: string) => told.reduce((sum, line) => sum + (line[head] ?? 0), 0)
    expect(['cgstMinor', 'sgstMinor', 'igstMinor', 'totalMinor'].map(toldOf)).toEqual([
      kept.cgst,
      kept.sgst,
      kept.igst,
      kept.total,
    ])
    const paper = await textOf(id)
    const owed = (['cgst', 'sgst', 'igst'] as const).filter((head) => kept[head] > 0)
    const sums = [
      `Taxable value ${onPaper(kept.taxable)}`,
      ...owed.map((head) => `${head.toUpperCase()} ${onPaper(kept[head])}`),
      `₹ ${onPaper(kept.total)}`,
    ]
    for (const sum of sums) expect(paper).toContain(sum)
  })
  await fc.assert(property, { numRuns: 25 })
}, 60_000)

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
