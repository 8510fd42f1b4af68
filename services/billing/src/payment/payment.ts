import { Amount, GivenAmount } from '@forecourt/contracts/money'
import { z } from 'zod'

/** Money that a customer gave for an invoice. */
export const PaymentRow = z.object({
  id: z.uuid(),
  paymentNumber: z.string(),
  invoiceId: z.uuid(),
  serviceCenterId: z.uuid(),
  customerId: z.uuid().nullable(),
  amountMinor: z.number().int(),
  currency: z.string(),
  paymentMethod: z.enum(['cash', 'card', 'online', 'upi', 'cheque']),
  transactionId: z.string().nullable(),
  referenceNumber: z.string().nullable(),
  notes: z.string().nullable(),
  receivedBy: z.uuid(),
  receivedAt: z.string(),
})
export type PaymentRow = z.infer<typeof PaymentRow>

const text = (max: number) => z.string().trim().min(1, 'Must not be empty').max(max)

export const TakePayment = z.object({
  amount: GivenAmount.refine((minor) => minor > 0, 'Must be more than 0'),
  paymentMethod: PaymentRow.shape.paymentMethod,
  transactionId: text(80).nullish(),
  referenceNumber: text(80).nullish(),
  notes: text(500).nullish(),
})
export type TakePayment = z.infer<typeof TakePayment>

/** Without an amount, all that is still to be paid. */
export const PayInvoice = TakePayment.partial({ amount: true })

export const Payment = PaymentRow.omit({ amountMinor: true, customerId: true })
  .extend({ amount: Amount })
  .meta({ id: 'Payment' })

/** A payment, and how its invoice stands after it. */
export const TakenPayment = Payment.extend({
  invoice: z.object({
    status: z.string(),
    paymentStatus: z.string(),
    paidAmount: Amount,
    balanceAmount: Amount,
  }),
}).meta({ id: 'TakenPayment' })

export function shownPayment({ amountMinor, ...payment }: PaymentRow) {
  return { ...payment, amount: amountMinor }
}
