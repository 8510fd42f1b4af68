import { invoiceEvents } from '@forecourt/contracts/billing-events'
import { on } from '../db.ts'
import { dayIn, keep } from '../figure/figure.queries.ts'
import { revenueOf, type InvoiceRow } from './invoice.ts'

/** The revenue of invoices. */
export const invoices = (generation: number) =>
  invoiceEvents.map((contract) =>
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
