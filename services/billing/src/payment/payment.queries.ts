import { randomUUIDv7 } from 'node:crypto'
import { InvoiceSettled, PaymentReceived } from '@forecourt/contracts/billing-events'
import { documentNumber } from '@forecourt/platform/document-number'
import { isCustomer, type Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import type { InvoiceRow } from '../invoice/invoice.ts'
import { isOpen, linesOf, tell, type Writing } from '../invoice/invoice.queries.ts'
import { issueInvoice, settleInvoice } from '../invoice/issue.queries.ts'
import { type PaymentRow, shownPayment, type TakePayment } from './payment.ts'

type Taking = Writing & {
  me: Me
  expectedVersion: number | undefined
  was(before: object): void
}

export interface Taken {
  payment: PaymentRow
  invoice: InvoiceRow
}

/**
 * Takes a payment; without an amount, of all that is still to be paid. The invoice's row is locked
 * first, so of two full payments at once one is refused. Throws `state_forbids`,
 * `payment_exceeds_balance` and `payment_known`.
 */
export async function takePayment(
  context: Taking,
  id: string,
  body: Omit<TakePayment, 'amount'> & { amount?: number | undefined },
): Promise<Taken> {
  const invoice = await lockRow<InvoiceRow>(context, 'invoice', id)
  if (!isOpen(invoice)) throw problem('state_forbids', { status: invoice.status })
  const { amount = invoice.balanceMinor, ...particulars } = body
  if (amount > invoice.balanceMinor) {
    const balance = `${(invoice.balanceMinor / 100).toFixed(2)} ${invoice.currency}`
    throw problem('payment_exceeds_balance', { balance })
  }
  const payment = await insertPayment(context, invoice, { ...particulars, amount })
  const lines = await linesOf(context.db, id)
  const paidMinor = invoice.paidMinor + amount
  if (paidMinor === invoice.totalMinor) {
    return { payment, invoice: await settleInvoice(context, invoice, lines, { paidMinor }) }
  }
  const partly = await changeRow<InvoiceRow>(context, 'invoice', invoice, { paidMinor })
  tell(context.emit, InvoiceSettled, partly, lines)
  return { payment, invoice: partly }
}

/** Takes what is still to be paid, or the amount that is named; a draft is issued first. */
export async function payWhole(
  context: Taking,
  id: string,
  body: Parameters<typeof takePayment>[2],
): Promise<void> {
  const found = await context.db
    .selectFrom('invoice')
    .select('status')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!found) throw problem('not_found')
  if (found.status !== 'draft') {
    await takePayment(context, id, body)
    return
  }
  const { invoice } = await issueInvoice(context, id)
  // The version that the caller expected was the draft's.
  if (invoice.balanceMinor > 0) {
    await takePayment({ ...context, expectedVersion: undefined }, id, body)
  }
}

async function insertPayment(
  { db, emit, me, now }: Taking,
  { id: invoiceId, jobCardId, customerId, serviceCenterId, currency }: InvoiceRow,
  { amount, ...particulars }: TakePayment,
): Promise<PaymentRow> {
  if (!me.userId) throw problem('token_missing')
  const payment = await db
    .insertInto('payment')
    .values({
      paymentMethod: particulars.paymentMethod,
      transactionId: particulars.transactionId ?? null,
      referenceNumber: particulars.referenceNumber ?? null,
      notes: particulars.notes ?? null,
      id: randomUUIDv7(),
      paymentNumber: documentNumber('PAY', 'payment_number'),
      invoiceId,
      serviceCenterId,
      customerId,
      amountMinor: amount,
      currency,
      receivedBy: me.userId,
      receivedAt: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['invoiceId', 'paymentMethod', 'transactionId']).doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
  if (!payment) throw problem('payment_known')
  emit(PaymentReceived, 1, {
    paymentId: payment.id,
    paymentNumber: payment.paymentNumber,
    invoiceId,
    jobCardId,
    customerId,
    serviceCenterId,
    amountMinor: amount,
    currency,
    paymentMethod: payment.paymentMethod,
    receivedAt: payment.receivedAt,
  })
  return payment
}

/** What was paid of an invoice. Throws `not_found` for one that is not the caller's to see. */
export async function paymentsOf({ db, me }: { db: Kysely<Tables>; me: Me }, invoiceId: string) {
  const [invoice, payments] = await Promise.all([
    db.selectFrom('invoice').select('id').where('id', '=', invoiceId).executeTakeFirst(),
    db
      .selectFrom('payment')
      .selectAll()
      .where('invoiceId', '=', invoiceId)
      .orderBy('receivedAt')
      .orderBy('id')
      .execute(),
  ])
  if (!invoice) throw problem('not_found')
  // What the counter has noted of a payment, it has noted for itself.
  const hidden = isCustomer(me) ? { notes: null } : {}
  return payments.map((payment) => ({ ...shownPayment(payment), ...hidden }))
}
