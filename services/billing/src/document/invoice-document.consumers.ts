import { InvoiceIssued } from '@forecourt/contracts/billing-events'
import { consumer, on } from '../db.ts'
import { invoiceOnPaper, keepDocument } from './invoice-document.queries.ts'

/** Every invoice gets its PDF after it is issued, so that nobody waits for it at the counter. */
export const documents = consumer('documents', [
  on(InvoiceIssued, async (context, { invoiceId }) => {
    const bytes = await context.printer.print(await invoiceOnPaper(context, invoiceId))
    await keepDocument(context, invoiceId, bytes)
  }),
])
