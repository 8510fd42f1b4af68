import { endpoint } from '../db.ts'
import { Invoice } from '../invoice/invoice.ts'
import { oneInvoice } from '../invoice/invoice.queries.ts'
import { invoiceOnPaper, sendDocument, storedDocument } from './invoice-document.queries.ts'

export const readInvoicePdf = endpoint.raw('GET /invoices/:id/pdf', {
  about: 'The PDF of an invoice; a draft is marked as one.',
  may: 'invoice.read',
  reads: 'invoice',
  async handle({ reply, read }, { id = '' }) {
    const stored = await storedDocument(read.db, id)
    void reply.headers({
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="invoice-${id}.pdf"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    })
    if (!stored) return reply.send(await read.printer.print(await invoiceOnPaper(read, id)))
    void reply.header('content-length', stored.bytes)
    return reply.send(await read.documents.open(stored.storageKey))
  },
})

export const sendInvoice = endpoint('PUT /invoices/:id/send', {
  about: 'Send an issued invoice to its customer once more.',
  may: 'invoice.issue',
  message: 'Invoice sent',
  returns: Invoice,
  async handle(context, { params }) {
    await sendDocument(context, params.id)
    return oneInvoice(context, params.id)
  },
})
