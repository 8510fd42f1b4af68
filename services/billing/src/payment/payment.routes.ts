import { z } from 'zod'
import { endpoint } from '../db.ts'
import { Invoice } from '../invoice/invoice.ts'
import { oneInvoice } from '../invoice/invoice.queries.ts'
import { PayInvoice, Payment, shownPayment, TakenPayment, TakePayment } from './payment.ts'
import { paymentsOf, payWhole, takePayment } from './payment.queries.ts'

export const recordPayment = endpoint('POST /invoices/:id/payments', {
  about: 'Take a payment of an issued invoice, or of a part of it.',
  may: 'payment.create',
  message: 'Payment recorded',
  body: TakePayment,
  returns: TakenPayment,
  async handle(context, { params, body }) {
    const { payment, invoice } = await takePayment(context, params.id, body)
    const { status, paymentStatus, paidMinor, balanceMinor } = invoice
    const after = { status, paymentStatus, paidAmount: paidMinor, balanceAmount: balanceMinor }
    return { ...shownPayment(payment), invoice: after }
  },
})

export const payInvoice = endpoint('PUT /invoices/:id/pay', {
  about: 'Take what is still to be paid of an invoice; a draft is issued first.',
  may: 'payment.create',
  message: 'Invoice paid',
  body: PayInvoice,
  returns: Invoice,
  async handle(context, { params: { id }, body }) {
    await payWhole(context, id, body)
    return oneInvoice(context, id)
  },
})

export const listPayments = endpoint('GET /invoices/:id/payments', {
  about: 'Show the payments of an invoice, the first one first.',
  may: 'invoice.read',
  reads: 'payment',
  returns: z.array(Payment),
  handle: (context, { params }) => paymentsOf(context, params.id),
})
