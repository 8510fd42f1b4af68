import {
  InvoiceCancelled,
  InvoiceChanged,
  InvoiceDrafted,
  InvoiceIssued,
  InvoiceOverdue,
  InvoiceSettled,
} from '@forecourt/contracts/billing-events'
import { on } from '../db.ts'
import { dayIn, keep } from '../figure/figure.queries.ts'
import { revenueOf, type InvoiceRow } from './invoice.ts'

const everyEvent = [
  InvoiceCancelled,
  InvoiceChanged,
  InvoiceDrafted,
  InvoiceIssued,
  InvoiceOverdue,
  InvoiceSettled,
]

/** The revenue of invoices. */
export const invoices = (generation: number) =>
  everyEvent.map((contract) =>
    on(contract, async (context, told) => {
      const { db, event } = context
      const { serviceCenterId, status, currency, totalMinor, invoiceDate } = told
      const invoice: InvoiceRow = {
        ...{ generation, id: told.invoiceId, version: event.sequence },
        ...{ serviceCenterId, status, currency, totalMinor, invoiceDate },
      }
      const today = await dayIn(db, serviceCenterId, event.time)
      await keep(context, 'invoice', invoice, (before) => revenueOf(before, invoice, today))
    }),
  )
