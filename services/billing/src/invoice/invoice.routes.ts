import { Moment } from '@forecourt/platform/moment'
import { transition } from '@forecourt/platform/transition'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { changeDraft } from './change.queries.ts'
import { draftByHand } from './draft.queries.ts'
import { ChangeInvoice, DraftInvoice, Invoice, InvoiceRow, ListedInvoice } from './invoice.ts'
import { stateOf } from './invoice-state.ts'
import { lifecycle, linesOf, oneInvoice, shownInList, shownInvoice } from './invoice.queries.ts'
import { issueInvoice } from './issue.queries.ts'

const filters = {
  status: { type: z.enum(lifecycle.states) },
  paymentStatus: { type: InvoiceRow.shape.paymentStatus },
  customerId: { type: z.uuid() },
  jobCardId: { type: z.uuid() },
  serviceCenterId: { type: z.uuid() },
  currency: { type: z.enum(['INR', 'AED']) },
  invoiceDate: { type: Moment },
  dueDate: { type: Moment },
  createdAt: { type: Moment },
}

const sorts = {
  createdAt: 'created_at',
  invoiceNumber: 'invoice_number',
  invoiceDate: { nullable: 'invoice_date' },
  dueDate: { nullable: 'due_date' },
  totalAmount: 'total_minor',
  balanceAmount: 'balance_minor',
}

export const listInvoices = endpoint.list('GET /invoices', {
  about: 'List invoices.',
  may: 'invoice.read',
  item: ListedInvoice,
  own: 'customer_id',
  filters,
  sorts,
  search: ['invoice_number'],
  from: ({ db }) => db.selectFrom('invoice').selectAll(),
  row: shownInList,
})

export const draftInvoice = endpoint('POST /invoices', {
  about: 'Draft an invoice by hand.',
  may: 'invoice.create',
  message: 'Invoice drafted',
  body: DraftInvoice,
  returns: Invoice,
  handle: async (context, { body }) => oneInvoice(context, (await draftByHand(context, body)).id),
})

export const getInvoice = endpoint('GET /invoices/:id', {
  about: 'Show one invoice with its lines and payments.',
  may: 'invoice.read',
  reads: 'invoice',
  returns: Invoice,
  handle: (context, { params }) => oneInvoice(context, params.id),
})

export const changeInvoice = endpoint('PUT /invoices/:id', {
  about: 'Change a draft: its lines, its customer, its days.',
  may: 'invoice.create',
  message: 'Invoice changed',
  body: ChangeInvoice,
  returns: Invoice,
  async handle(context, { params, body }) {
    await changeDraft(context, params.id, body)
    return oneInvoice(context, params.id)
  },
})

export const finalizeInvoice = endpoint('PUT /invoices/:id/finalize', {
  about: 'Issue an invoice: it gets its number and is never edited again.',
  may: 'invoice.issue',
  message: 'Invoice issued',
  returns: Invoice,
  async handle(context, { params }) {
    const { invoice, lines } = await issueInvoice(context, params.id)
    return shownInvoice(invoice, lines, [], context)
  },
})

export const cancelInvoice = endpoint('PUT /invoices/:id/cancel', {
  about: 'Give a draft up. What was issued is taken back by a credit note.',
  may: 'invoice.cancel',
  message: 'Invoice cancelled',
  returns: Invoice,
  async handle(context, { params: { id } }) {
    const lines = await linesOf(context.db, id)
    const tell = (row: InvoiceRow) => stateOf(row, lines)
    await transition(context, lifecycle, { table: 'invoice', id, move: 'cancel', tell })
    return oneInvoice(context, id)
  },
})
