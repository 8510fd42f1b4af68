import { z } from 'zod'
import { event, Id, Instant } from './event.ts'

const Minor = z.number().int()
const Currency = z.string().describe('ISO 4217 code of the amounts: INR.')
const Customer = Id.nullable().describe('The customer, when it is a known one.')
const Center = Id.describe('The service center that supplies.')

const InvoiceLine = z.object({
  lineId: Id.describe('The line of the invoice.'),
  type: z.string().describe('service, part or labour; more may come.'),
  description: z.string().describe('What was supplied.'),
  itemId: Id.nullable().describe('The item of the catalogue, for a part.'),
  taxCode: z.string().nullable().describe('HSN code of a part, SAC code of a service.'),
  quantity: z.number().describe('How much, with at most three decimals.'),
  unit: z.string().describe('Unit in which it is counted.'),
  unitPriceMinor: Minor.describe('Price of one unit before tax.'),
  discountMinor: Minor.describe('Discount on the line, before tax.'),
  taxableMinor: Minor.describe('Taxable value of the line.'),
  taxRate: z.number().describe('Tax rate in percent.'),
  cgstMinor: Minor.describe('Central tax; 0 where it does not apply.'),
  sgstMinor: Minor.describe('State tax; 0 where it does not apply.'),
  igstMinor: Minor.describe('Integrated tax; 0 where it does not apply.'),
  vatMinor: Minor.describe('Value added tax; 0 where it does not apply.'),
  totalMinor: Minor.describe('Taxable value and taxes of the line.'),
})

/** Every event of an invoice carries its whole public state; who it is for is not in it. */
const InvoiceState = z.object({
  invoiceId: Id.describe('The invoice.'),
  invoiceNumber: z.string().nullable().describe('Its number; a draft has none.'),
  jobCardId: Id.nullable().describe('The job card that it bills, if one.'),
  otcOrderId: Id.nullable().describe('The counter order that it bills, if one.'),
  customerId: Customer,
  serviceCenterId: Center,
  status: z.string().describe('draft, sent, paid, overdue or cancelled; more may come.'),
  paymentStatus: z.string().describe('pending, partial, paid or refunded.'),
  currency: Currency,
  placeOfSupply: z.string().describe('The state whose tax it is.'),
  items: z.array(InvoiceLine).describe('The lines, in their order.'),
  subtotalMinor: Minor.describe('Sum of the prices before discount and tax.'),
  discountMinor: Minor.describe('Sum of the discounts.'),
  taxMinor: Minor.describe('Sum of the taxes.'),
  roundOffMinor: Minor.describe('What rounding to whole units of the currency added.'),
  totalMinor: Minor.describe('What is to be paid in all.'),
  paidMinor: Minor.describe('What was paid.'),
  balanceMinor: Minor.describe('What is still to be paid.'),
  invoiceDate: z.string().nullable().describe('Day of issue, YYYY-MM-DD; a draft has none.'),
  dueDate: z.string().nullable().describe('Day until which to pay, YYYY-MM-DD.'),
})

const invoice = (about: string) => ({ key: 'invoiceId', about, data: InvoiceState }) as const

export const InvoiceDrafted = event(
  'billing.invoice.drafted.v1',
  invoice('An invoice was drafted; it has no number yet.'),
)
export const InvoiceChanged = event(
  'billing.invoice.changed.v1',
  invoice('A draft of an invoice was changed.'),
)
export const InvoiceIssued = event(
  'billing.invoice.issued.v1',
  invoice('An invoice got its number; from now on it is never edited.'),
)
export const InvoiceSettled = event(
  'billing.invoice.settled.v1',
  invoice('A payment changed what is still to be paid of an invoice.'),
)
export const InvoiceOverdue = event(
  'billing.invoice.overdue.v1',
  invoice('The day until which to pay has passed.'),
)
export const InvoiceCancelled = event(
  'billing.invoice.cancelled.v1',
  invoice('A draft was given up, or an issued invoice was taken back by a credit note.'),
)

/** What is ever told of an invoice: whoever keeps a copy of it hears all of them. */
export const invoiceEvents = [
  InvoiceDrafted,
  InvoiceChanged,
  InvoiceIssued,
  InvoiceSettled,
  InvoiceOverdue,
  InvoiceCancelled,
]

export const PaymentReceived = event('billing.payment.received.v1', {
  key: 'paymentId',
  about: 'A customer paid an invoice, or a part of it.',
  data: z.object({
    paymentId: Id.describe('The payment.'),
    paymentNumber: z.string().describe('Its number, for people: PAY-000123.'),
    invoiceId: Id.describe('The invoice that it pays.'),
    jobCardId: Id.nullable().describe('The job card of the invoice, if one.'),
    customerId: Customer,
    serviceCenterId: Center,
    amountMinor: Minor.describe('What was paid.'),
    currency: Currency,
    paymentMethod: z.string().describe('cash, card, online, upi or cheque; more may come.'),
    receivedAt: Instant.describe('When it was received.'),
  }),
})

const InvoiceDocumentState = z.object({
  invoiceId: Id.describe('The invoice.'),
  invoiceNumber: z.string().describe('Its number.'),
  customerId: Customer,
  serviceCenterId: Center,
  totalMinor: Minor.describe('What is to be paid in all.'),
  currency: Currency,
  storageKey: z.string().describe('Where the PDF lies.'),
})

export const InvoiceDocumentRendered = event('billing.invoice-document.rendered.v1', {
  key: 'invoiceId',
  about: 'The PDF of an issued invoice lies in storage.',
  data: InvoiceDocumentState,
})

export const InvoiceDocumentSent = event('billing.invoice-document.sent.v1', {
  key: 'invoiceId',
  about: 'Somebody sends the PDF of an issued invoice to its customer once more.',
  data: InvoiceDocumentState,
})
