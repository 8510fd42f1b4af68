import { problem } from '@forecourt/platform/problem'
import { endpoint } from '../db.ts'
import { Invoice } from '../invoice/invoice.ts'
import { oneInvoice } from '../invoice/invoice.queries.ts'
import { billableCard, billCard, invoiceIdOfCard } from './bill.queries.ts'

export const billJobCard = endpoint('POST /invoices/from-job-card/:jobCardId', {
  about:
    'Draft the invoice of a completed job card; one that is there and not cancelled is answered.',
  may: 'invoice.create',
  message: 'Invoice drafted',
  returns: Invoice,
  before: billableCard,
  async handle(context, { before }) {
    const couldBill = await billCard(context, before, context.me.userId)
    const id = couldBill && (await invoiceIdOfCard(context.db, before.id))
    // Its customer has not arrived here yet, or its draft was cancelled in this very moment.
    if (!id) throw problem('service_unavailable', { retryAfterS: 2 })
    return oneInvoice(context, id)
  },
})
