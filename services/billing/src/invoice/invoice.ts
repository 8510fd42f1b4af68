import { Day } from '@forecourt/contracts/day'
import { isGstin } from '@forecourt/contracts/gstin'
import { Amount, Quantity, TaxRate } from '@forecourt/contracts/money'
import { z } from 'zod'
import { type Taxes } from '../tax/jurisdiction.ts'
import {
  AddLine,
  ChangeLine,
  type InvoiceLineRow,
  MOST_LINES,
  taxesOfLines,
  taxOf,
} from './invoice-line.ts'

/** Who supplies, as the document names it. */
export const Supplier = z.object({
  name: z.string(),
  gstin: z.string().nullable(),
  street: z.string().nullable(),
  city: z.string().nullable(),
  state: z.string(),
  pinCode: z.string().nullable(),
  country: z.string(),
})
export type Supplier = z.infer<typeof Supplier>

/** What a customer owes for work and parts. Amounts are minor units of its currency. */
export const InvoiceRow = z.object({
  id: z.uuid(),
  invoiceNumber: z.string().nullable(),
  financialYear: z.string().nullable(),
  serial: z.number().int().nullable(),
  serviceCenterId: z.uuid(),
  customerId: z.uuid().nullable(),
  /** Who it is made out to, as sealed JSON. */
  customerDetails: z.string(),
  jobCardId: z.uuid().nullable(),
  otcOrderId: z.uuid().nullable(),
  quotationId: z.uuid().nullable(),
  country: z.string(),
  currency: z.string(),
  placeOfSupply: z.string(),
  /** As it was on the day of issue; a draft has none. */
  supplier: Supplier.nullable(),
  subtotalMinor: z.number().int(),
  discountMinor: z.number().int(),
  taxMinor: z.number().int(),
  roundOffMinor: z.number().int(),
  totalMinor: z.number().int(),
  paidMinor: z.number().int(),
  balanceMinor: z.number().int(),
  status: z.string(),
  paymentStatus: z.enum(['pending', 'partial', 'paid', 'refunded']),
  notes: z.string().nullable(),
  invoiceDate: z.string().nullable(),
  dueDate: z.string().nullable(),
  paidDate: z.string().nullable(),
  createdBy: z.uuid().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type InvoiceRow = z.infer<typeof InvoiceRow>

const text = (max: number) => z.string().trim().min(1, 'Must not be empty').max(max)

/** The tax number of the Emirates has no check digit that the public knows. */
const IS_TRN = /^[0-9]{15}$/

/** Who the invoice is made out to. */
export const CustomerDetails = z.object({
  name: text(120),
  phone: text(20).nullish(),
  email: z.email('Must be an e-mail address').nullish(),
  address: z
    .object({
      street: text(200).nullish(),
      city: text(80).nullish(),
      state: text(80).nullish(),
      zipCode: text(12).nullish(),
      country: text(60).nullish(),
    })
    .nullish(),
  gstNumber: z
    .string()
    .trim()
    .toUpperCase()
    .refine((number) => isGstin(number) || IS_TRN.test(number), 'Must be a valid tax number')
    .nullish(),
})
export type CustomerDetails = z.infer<typeof CustomerDetails>

/** A draft whose buyer was erased is made out to nobody who could be found. */
export const erasedBuyer: CustomerDetails = { name: 'Erased customer' }

const Particulars = z.object({
  /** The state whose tax it is; without it, the customer's. */
  placeOfSupply: text(80).nullish(),
  dueDate: Day.nullish(),
  notes: text(1_000).nullish(),
})

export const DraftInvoice = Particulars.extend({
  customerId: z.uuid('Choose a customer').nullish(),
  customerDetails: CustomerDetails.partial().optional(),
  /** Without it, the center of whoever asks. */
  serviceCenterId: z.uuid('Choose a service center').nullish(),
  items: z.array(AddLine).max(MOST_LINES).default([]),
}).refine(({ customerId, customerDetails }) => customerId || customerDetails?.name, {
  path: ['customerId'],
  error: 'Choose a customer, or give a name',
})
export type DraftInvoice = z.infer<typeof DraftInvoice>

/** Absent means unchanged, null means cleared; lines are added, or changed by their id. */
export const ChangeInvoice = Particulars.extend({
  customerDetails: CustomerDetails.partial().optional(),
  items: z.array(ChangeLine).max(MOST_LINES).optional(),
})
export type ChangeInvoice = z.infer<typeof ChangeInvoice>

const Line = z.object({
  id: z.uuid(),
  type: z.enum(['service', 'part', 'labour']),
  description: z.string(),
  itemId: z.uuid().nullable(),
  taxCode: z.string().nullable(),
  quantity: Quantity,
  unit: z.string(),
  unitPrice: Amount,
  discount: Amount,
  taxableAmount: Amount,
  taxRate: TaxRate,
  cgst: Amount,
  sgst: Amount,
  igst: Amount,
  vat: Amount,
  taxAmount: Amount,
  total: Amount,
  warrantyNumber: z.string().nullable(),
})

/** An invoice in a list: everything but its lines. */
export const ListedInvoice = InvoiceRow.pick({
  id: true,
  invoiceNumber: true,
  serviceCenterId: true,
  customerId: true,
  jobCardId: true,
  otcOrderId: true,
  quotationId: true,
  currency: true,
  placeOfSupply: true,
  status: true,
  paymentStatus: true,
  notes: true,
  invoiceDate: true,
  dueDate: true,
  paidDate: true,
  createdBy: true,
  version: true,
  createdAt: true,
  updatedAt: true,
})
  .extend({
    customerName: z.string(),
    subtotal: Amount,
    discount: Amount,
    tax: Amount,
    roundOff: Amount,
    totalAmount: Amount,
    paidAmount: Amount,
    balanceAmount: Amount,
    /** What may be done with it next, by whoever asks. */
    available: z.array(z.string()),
  })
  .meta({ id: 'ListedInvoice' })

export const Invoice = ListedInvoice.extend({
  customerDetails: CustomerDetails,
  supplier: Supplier.nullable(),
  taxes: z.object({ cgst: Amount, sgst: Amount, igst: Amount, vat: Amount }),
  items: z.array(Line),
  payments: z.array(
    z.object({
      id: z.uuid(),
      amount: Amount,
      paymentMethod: z.string(),
      transactionId: z.string().nullable(),
      paidAt: z.string(),
      paidBy: z.uuid(),
    }),
  ),
}).meta({ id: 'Invoice' })

export function shownLine(line: InvoiceLineRow): z.output<typeof Line> {
  return {
    id: line.id,
    type: line.type,
    description: line.description,
    itemId: line.itemId,
    taxCode: line.taxCode,
    quantity: line.quantityMilli,
    unit: line.unit,
    unitPrice: line.unitPriceMinor,
    discount: line.discountMinor,
    taxableAmount: line.taxableMinor,
    taxRate: line.taxRateBp,
    ...shownTaxes(line),
    taxAmount: taxOf(line),
    total: line.totalMinor,
    warrantyNumber: line.warrantyNumber,
  }
}

function shownTaxes({ cgstMinor, sgstMinor, igstMinor, vatMinor }: Taxes) {
  return { cgst: cgstMinor, sgst: sgstMinor, igst: igstMinor, vat: vatMinor }
}

export function shownTaxesOf(lines: readonly InvoiceLineRow[]) {
  return shownTaxes(taxesOfLines(lines))
}
