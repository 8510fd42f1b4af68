import {
  InvoiceCancelled,
  InvoiceDrafted,
  InvoiceIssued,
  InvoiceOverdue,
  InvoiceSettled,
} from '@forecourt/contracts/billing-events'
import { JobCardBilled } from '@forecourt/contracts/workshop-events'
import { changeRow } from '@forecourt/platform/row'
import { consumer, on } from '../db.ts'
import { tell } from './job-card.queries.ts'

/** How far the job is billed and paid, as billing says. */
export const invoices = consumer(
  'invoices',
  [InvoiceDrafted, InvoiceIssued, InvoiceSettled, InvoiceOverdue, InvoiceCancelled].map(
    (contract) =>
      on(contract, async (context, { jobCardId, invoiceId, status, paymentStatus }) => {
        if (jobCardId === null) return
        const card = await context.db
          .selectFrom('jobCard')
          .selectAll()
          .where('id', '=', jobCardId)
          .forUpdate()
          .executeTakeFirst()
        // A later invoice takes the place of one that was cancelled, and ids follow time.
        if (card?.invoiceId && invoiceId < card.invoiceId) return
        const billed =
          status === 'cancelled'
            ? { invoiceId: null, paymentStatus: 'pending' }
            : { invoiceId, paymentStatus }
        const isNews =
          card?.invoiceId !== billed.invoiceId || card?.paymentStatus !== billed.paymentStatus
        if (!card || !isNews) return
        await tell(context, JobCardBilled, await changeRow(context, 'jobCard', card, billed))
      }),
  ),
)
