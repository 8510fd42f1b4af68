import { Moment } from '@forecourt/platform/moment'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { shownInList } from './invoice.queries.ts'
import { Asked, InvoiceSummary, OutstandingInvoice } from './report.ts'
import { selectOutstanding, sumInvoices } from './report.queries.ts'

export const summarizeInvoices = endpoint('GET /invoices/reports/summary', {
  about: 'Add up what was issued, paid and is still to be paid, per currency.',
  may: 'invoice.read',
  query: Asked,
  returns: z.array(InvoiceSummary),
  handle: ({ db }, { query }) => sumInvoices(db, query),
})

export const listOutstanding = endpoint.list('GET /invoices/reports/outstanding', {
  about: 'List the invoices that are still to be paid.',
  may: 'invoice.read',
  item: OutstandingInvoice,
  own: 'customer_id',
  filters: {
    status: { type: z.enum(['sent', 'overdue']) },
    serviceCenterId: { type: z.uuid() },
    customerId: { type: z.uuid() },
    currency: { type: z.enum(['INR', 'AED']) },
    dueDate: { type: Moment },
  },
  sorts: { dueDate: 'due_date', balanceAmount: 'balance_minor', invoiceDate: 'invoice_date' },
  search: ['invoice_number'],
  from: ({ db, now }) => selectOutstanding(db, now.slice(0, 10)),
  row: ({ daysOverdue, ...invoice }, context) => ({
    ...shownInList(invoice, context),
    daysOverdue,
  }),
})
