import type { EventContract } from '@forecourt/contracts/event'
import {
  InvoiceCancelled,
  InvoiceIssued,
  InvoiceOverdue,
  InvoiceSettled,
} from '@forecourt/contracts/billing-events'
import { available, machine } from '@forecourt/platform/machine'
import type { Me } from '@forecourt/platform/me'
import type { Emit } from '@forecourt/platform/outbox'
import { problem } from '@forecourt/platform/problem'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables } from '../db.ts'
import type { PaymentRow } from '../payment/payment.ts'
import {
  CustomerDetails,
  type Invoice,
  type InvoiceRow,
  type ListedInvoice,
  shownLine,
  shownTaxesOf,
} from './invoice.ts'
import { stateOf } from './invoice-state.ts'
import type { InvoiceLineRow } from './invoice-line.ts'

export const lifecycle = machine<InvoiceRow>()({
  states: ['draft', 'sent', 'paid', 'overdue', 'cancelled'],
  start: 'draft',
  moves: {
    finalize: { from: ['draft'], to: 'sent', may: 'invoice.issue', says: InvoiceIssued },
    settle: { from: ['sent', 'overdue'], to: 'paid', may: 'system', says: InvoiceSettled },
    lapse: { from: ['sent'], to: 'overdue', may: 'system', says: InvoiceOverdue },
    cancel: { from: ['draft'], to: 'cancelled', may: 'invoice.cancel', says: InvoiceCancelled },
  },
})

/** Whether there is something to pay, and a number to pay it under. */
export function isOpen({ status }: Pick<InvoiceRow, 'status'>): boolean {
  return status === 'sent' || status === 'overdue'
}

export type Reading = Pick<Means, 'personal'> & { db: Kysely<Tables>; me: Me }
export type Writing = Means & { db: Kysely<Tables>; emit: Emit; now: string }

export function linesOf(db: Kysely<Tables>, invoiceId: string): Promise<InvoiceLineRow[]> {
  return db
    .selectFrom('invoiceLine')
    .selectAll()
    .where('invoiceId', '=', invoiceId)
    .orderBy('position')
    .execute()
}

export function tell(
  emit: Emit,
  contract: EventContract,
  invoice: InvoiceRow,
  lines: readonly InvoiceLineRow[],
): void {
  emit(contract, invoice.version, stateOf(invoice, lines))
}

export function sealedDetails(
  { personal }: Pick<Means, 'personal'>,
  id: string,
  details: CustomerDetails,
): string {
  return personal.seal(JSON.stringify(details), placeOfDetails(id))
}

export function detailsOf(
  { personal }: Pick<Means, 'personal'>,
  { id, customerDetails }: Pick<InvoiceRow, 'id' | 'customerDetails'>,
): CustomerDetails {
  return CustomerDetails.parse(JSON.parse(personal.open(customerDetails, placeOfDetails(id))))
}

function placeOfDetails(id: string) {
  return { table: 'invoice', column: 'customer_details', id }
}

export async function oneInvoice(context: Reading, id: string): Promise<z.output<typeof Invoice>> {
  const { db } = context
  const [row, lines, payments] = await Promise.all([
    db.selectFrom('invoice').selectAll().where('id', '=', id).executeTakeFirst(),
    linesOf(db, id),
    db.selectFrom('payment').selectAll().where('invoiceId', '=', id).orderBy('id').execute(),
  ])
  if (!row) throw problem('not_found')
  return shownInvoice(row, lines, payments, context)
}

export function shownInvoice(
  row: InvoiceRow,
  lines: readonly InvoiceLineRow[],
  payments: readonly PaymentRow[],
  context: Pick<Reading, 'personal' | 'me'>,
): z.output<typeof Invoice> {
  return {
    ...shownInList(row, context),
    customerDetails: detailsOf(context, row),
    supplier: row.supplier,
    taxes: shownTaxesOf(lines),
    items: lines.map(shownLine),
    payments: payments.map((payment) => ({
      id: payment.id,
      amount: payment.amountMinor,
      paymentMethod: payment.paymentMethod,
      transactionId: payment.transactionId,
      paidAt: payment.receivedAt,
      paidBy: payment.receivedBy,
    })),
  }
}

export function shownInList(
  row: InvoiceRow,
  context: Pick<Reading, 'personal' | 'me'>,
): z.output<typeof ListedInvoice> {
  return {
    ...row,
    customerName: detailsOf(context, row).name,
    subtotal: row.subtotalMinor,
    discount: row.discountMinor,
    tax: row.taxMinor,
    roundOff: row.roundOffMinor,
    totalAmount: row.totalMinor,
    paidAmount: row.paidMinor,
    balanceAmount: row.balanceMinor,
    available: available(lifecycle, row, context.me.may),
  }
}
