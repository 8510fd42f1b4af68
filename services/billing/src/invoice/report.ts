import { Day } from '@forecourt/contracts/day'
import { Amount } from '@forecourt/contracts/money'
import { z } from 'zod'
import { ListedInvoice } from './invoice.ts'

/** Which invoices are counted: those of a period of issue, of one center, of one customer. */
export const Asked = z.object({
  from: Day.optional(),
  to: Day.optional(),
  serviceCenterId: z.uuid().optional(),
  customerId: z.uuid().optional(),
})
export type Asked = z.infer<typeof Asked>

const Sums = {
  invoiceCount: z.number().int(),
  subtotal: Amount,
  discount: Amount,
  tax: Amount,
  totalAmount: Amount,
  paidAmount: Amount,
  balanceAmount: Amount,
}

/** What was issued, in each currency, in all and by status. Drafts have no number and no sum. */
export const InvoiceSummary = z
  .object({
    currency: z.string(),
    ...Sums,
    byStatus: z.array(z.object({ status: z.string(), ...Sums })),
  })
  .meta({ id: 'InvoiceSummary' })

export const OutstandingInvoice = ListedInvoice.extend({
  /** Days since the day until which to pay; 0 before it. */
  daysOverdue: z.number().int(),
}).meta({ id: 'OutstandingInvoice' })
