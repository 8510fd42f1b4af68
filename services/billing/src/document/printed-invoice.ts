import type { CustomerDetails, InvoiceRow, Supplier } from '../invoice/invoice.ts'
import { type InvoiceLineRow, taxesOfLines } from '../invoice/invoice-line.ts'
import { gstStateCode } from '../tax/gst-state.ts'
import { jurisdictionOf } from '../tax/country.ts'
import { type Taxes } from '../tax/jurisdiction.ts'

/** An invoice as it stands on paper: nothing but texts, in their order. */
export interface PrintedInvoice {
  title: string
  /** Across the page, where it is no invoice yet, or no longer one. */
  mark: string | null
  supplier: string[]
  buyer: string[]
  particulars: [label: string, value: string][]
  columns: Column[]
  rows: string[][]
  totals: [label: string, amount: string][]
  notes: string | null
  signature: string
}

export interface Column {
  title: string
  /** In points; the widest text takes what the others leave. */
  width: number | 'rest'
  align: 'left' | 'right'
}

const HEADS: [head: keyof Taxes, title: string][] = [
  ['cgstMinor', 'CGST'],
  ['sgstMinor', 'SGST'],
  ['igstMinor', 'IGST'],
  ['vatMinor', 'VAT'],
]

/** Every particular that the law asks of a tax invoice (in India, rule 46). */
export function printedInvoice(
  invoice: InvoiceRow,
  lines: readonly InvoiceLineRow[],
  supplier: Supplier,
  details: CustomerDetails,
): PrintedInvoice {
  const { title } = jurisdictionOf(invoice.country)
  const taxes = taxesOfLines(lines)
  const heads = headsOf(invoice, taxes)
  const money = moneyOf(invoice)
  return {
    title: title.toUpperCase(),
    mark: markOf(invoice),
    supplier: [supplier.name, ...placeLines(supplier), taxNumber(invoice, supplier.gstin)],
    buyer: buyerLines(invoice, details),
    particulars: [
      ['Invoice number', invoice.invoiceNumber ?? 'given at issue'],
      ['Invoice date', dayOnPaper(invoice.invoiceDate)],
      ['Due date', dayOnPaper(invoice.dueDate)],
      ['Place of supply', withCode(invoice, invoice.placeOfSupply)],
      ['Reverse charge', 'No'],
    ],
    columns: columnsOf(heads.map(([, name]) => name)),
    rows: lines.map((line, place) => rowOf(line, place, heads, money)),
    totals: totalsOnPaper(invoice, taxes, heads, money),
    notes: invoice.notes,
    signature: `For ${supplier.name}`,
  }
}

function markOf({ status }: InvoiceRow): string | null {
  if (status === 'cancelled') return 'CANCELLED'
  return status === 'draft' ? 'DRAFT' : null
}

/** Only the heads that this supply has; a supply without tax shows those of its kind. */
function headsOf({ country }: InvoiceRow, taxes: Taxes): typeof HEADS {
  const owed = HEADS.filter(([head]) => taxes[head] > 0)
  if (owed.length > 0) return owed
  return HEADS.filter(([head]) => (country === 'AE' ? head === 'vatMinor' : head.includes('gst')))
}

function columnsOf(heads: string[]): Column[] {
  const right = (title: string, width: number): Column => ({ title, width, align: 'right' })
  return [
    right('#', 16),
    { title: 'Description', width: 'rest', align: 'left' },
    { title: 'HSN/SAC', width: 42, align: 'left' },
    right('Quantity', 50),
    right('Price', 54),
    right('Discount', 44),
    right('Taxable', 56),
    right('Rate', 32),
    ...heads.map((head) => right(head, 48)),
    right('Total', 58),
  ]
}

function rowOf(
  line: InvoiceLineRow,
  place: number,
  heads: typeof HEADS,
  money: (minor: number) => string,
): string[] {
  const warranty = line.warrantyNumber ? ` ${line.warrantyNumber}` : ''
  return [
    String(place + 1),
    `${line.description}${warranty}`,
    line.taxCode ?? '',
    `${line.quantityMilli / 1_000} ${line.unit}`,
    money(line.unitPriceMinor),
    money(line.discountMinor),
    money(line.taxableMinor),
    `${line.taxRateBp / 100} %`,
    ...heads.map(([head]) => money(line[head])),
    money(line.totalMinor),
  ]
}

function totalsOnPaper(
  invoice: InvoiceRow,
  taxes: Taxes,
  heads: typeof HEADS,
  money: (minor: number) => string,
): [string, string][] {
  const { subtotalMinor, discountMinor, roundOffMinor, totalMinor, currency } = invoice
  const sign = currency === 'INR' ? '₹' : currency
  return [
    ['Subtotal', money(subtotalMinor)],
    ...(discountMinor > 0 ? [['Discount', `−${money(discountMinor)}`] as [string, string]] : []),
    ['Taxable value', money(subtotalMinor - discountMinor)],
    ...heads.map(([head, name]): [string, string] => [name, money(taxes[head])]),
    ...(roundOffMinor === 0 ? [] : [['Round off', money(roundOffMinor)] as [string, string]]),
    ['Total', `${sign} ${money(totalMinor)}`],
  ]
}

/** Lakhs and crores in India, thousands elsewhere. */
function moneyOf({ country }: InvoiceRow): (minor: number) => string {
  const format = new Intl.NumberFormat(country === 'IN' ? 'en-IN' : 'en-AE', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
  return (minor) => format.format(minor / 100)
}

function buyerLines(invoice: InvoiceRow, details: CustomerDetails): string[] {
  const { name, phone, email, address, gstNumber } = details
  const { street, city, state, zipCode } = address ?? {}
  return [
    name,
    ...written(street),
    ...written([city, zipCode].filter(Boolean).join(' ')),
    ...(state ? [withCode(invoice, state)] : []),
    ...written(phone),
    ...written(email),
    ...(gstNumber ? [taxNumber(invoice, gstNumber)] : []),
  ]
}

function placeLines({ street, city, pinCode, state, country }: Supplier): string[] {
  const place = [city, pinCode].filter(Boolean).join(' ')
  return [...written(street), ...written(place), withCode({ country }, state)]
}

function written(text: string | null | undefined): string[] {
  return text ? [text] : []
}

/** `Maharashtra (27)`. */
function withCode({ country }: Pick<InvoiceRow, 'country'>, state: string): string {
  const code = country === 'IN' ? gstStateCode(state) : undefined
  return code ? `${state} (${code})` : state
}

function taxNumber({ country }: Pick<InvoiceRow, 'country'>, number: string | null): string {
  return `${country === 'AE' ? 'TRN' : 'GSTIN'}: ${number ?? 'not registered'}`
}

/** `21.11.2026`. */
function dayOnPaper(day: string | null): string {
  return day === null ? '' : day.split('-').toReversed().join('.')
}
