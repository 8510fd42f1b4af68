import { GivenAmount, GivenQuantity, MOST_MINOR, TaxRate } from '@forecourt/contracts/money'
import { z } from 'zod'
import { type Jurisdiction, noTaxes, rateOn, type Taxes } from '../tax/jurisdiction.ts'
import { divideRounded } from '../tax/rounding.ts'

export const InvoiceLineRow = z.object({
  id: z.uuid(),
  invoiceId: z.uuid(),
  serviceCenterId: z.uuid(),
  position: z.number().int(),
  type: z.enum(['service', 'part', 'labour']),
  description: z.string(),
  itemId: z.uuid().nullable(),
  /** HSN code of a part, SAC code of a service. */
  taxCode: z.string().nullable(),
  quantityMilli: z.number().int(),
  unit: z.string(),
  unitPriceMinor: z.number().int(),
  discountMinor: z.number().int(),
  taxRateBp: z.number().int(),
  taxableMinor: z.number().int(),
  cgstMinor: z.number().int(),
  sgstMinor: z.number().int(),
  igstMinor: z.number().int(),
  vatMinor: z.number().int(),
  totalMinor: z.number().int(),
  warrantyNumber: z.string().nullable(),
})
export type InvoiceLineRow = z.infer<typeof InvoiceLineRow>

/** A line before its tax is known. */
export type DraftLine = Pick<
  InvoiceLineRow,
  | 'type'
  | 'description'
  | 'itemId'
  | 'taxCode'
  | 'quantityMilli'
  | 'unit'
  | 'unitPriceMinor'
  | 'discountMinor'
  | 'taxRateBp'
  | 'warrantyNumber'
>

/** So many lines of this length are an event that fits the bus. */
export const MOST_LINES = 60
const LONGEST_DESCRIPTION = 120

/** A description that was written elsewhere, as long as it may be here. */
export function cut(description: string): string {
  if (description.length <= LONGEST_DESCRIPTION) return description
  return `${description.slice(0, LONGEST_DESCRIPTION - 1).trimEnd()}…`.toWellFormed()
}

const TOO_MUCH = 'Must not be more than the price of the line'
const TOO_LARGE = `Must come to at most ${MOST_MINOR / 100} with its quantity`

const text = (max: number) => z.string().trim().min(1, 'Must not be empty').max(max)

const Particulars = z.object({
  type: InvoiceLineRow.shape.type,
  description: text(LONGEST_DESCRIPTION),
  itemId: z.uuid().nullish(),
  taxCode: z
    .string()
    .regex(/^[0-9]{4}([0-9]{2}){0,2}$/, 'Must be an HSN or SAC code of 4, 6 or 8 digits')
    .nullish(),
  quantity: GivenQuantity.refine((milli) => milli > 0, 'Must be more than 0'),
  unit: text(20),
  unitPrice: GivenAmount,
  /** An amount off the line, before tax. */
  discount: GivenAmount,
  taxRate: TaxRate,
})

export const AddLine = Particulars.partial({
  type: true,
  quantity: true,
  unit: true,
  discount: true,
  taxRate: true,
})
  .refine(isPriceable, { path: ['unitPrice'], error: TOO_LARGE })
  .refine(isDiscountable, { path: ['discount'], error: TOO_MUCH })
export type AddLine = z.infer<typeof AddLine>

/** With an id it changes that line, or drops it; without one it is one more. */
export const ChangeLine = Particulars.partial()
  .extend({ id: z.uuid().optional(), remove: z.literal(true).optional() })
  .refine((line) => line.id !== undefined || isWhole(line), {
    error: 'A new line needs a description and a unit price',
  })
export type ChangeLine = z.infer<typeof ChangeLine>

/** Whether a line of a body is one more, and not a change of one that is there. */
export function isNew(line: ChangeLine): line is ChangeLine & AddLine {
  return line.id === undefined && isWhole(line)
}

function isWhole({ description, unitPrice }: Partial<Record<keyof AddLine, unknown>>): boolean {
  return description !== undefined && unitPrice !== undefined
}

function isPriceable({ quantity = 1_000, unitPrice }: PricedBody): boolean {
  return grossOf(quantity, unitPrice) <= MOST_MINOR
}

function isDiscountable({ quantity = 1_000, unitPrice, discount = 0 }: PricedBody): boolean {
  return discount <= grossOf(quantity, unitPrice)
}

interface PricedBody {
  quantity?: number | undefined
  unitPrice: number
  discount?: number | undefined
}

/** Whether what a line costs is within the bounds of an amount. */
export function isBounded({ quantityMilli, unitPriceMinor }: DraftLine): boolean {
  return grossOf(quantityMilli, unitPriceMinor) <= MOST_MINOR
}

/** Whether its discount is no more than what a line costs. */
export function isSound({ quantityMilli, unitPriceMinor, discountMinor }: DraftLine): boolean {
  return discountMinor <= grossOf(quantityMilli, unitPriceMinor)
}

export function grossOf(quantityMilli: number, unitPriceMinor: number): number {
  return divideRounded(BigInt(quantityMilli) * BigInt(unitPriceMinor), 1_000n)
}

/** A line as a body describes it; what it leaves out is what the law and the trade take for it. */
export function draftLineOf(body: AddLine, jurisdiction: Jurisdiction, day: string): DraftLine {
  const type = body.type ?? 'service'
  const { service, part } = jurisdiction.defaultCodes
  const taxCode = body.taxCode ?? ((type === 'part' ? part : service) || null)
  return {
    type,
    description: body.description,
    itemId: body.itemId ?? null,
    taxCode,
    quantityMilli: body.quantity ?? 1_000,
    unit: body.unit ?? 'NOS',
    unitPriceMinor: body.unitPrice,
    discountMinor: body.discount ?? 0,
    taxRateBp: body.taxRate ?? rateOn(jurisdiction, taxCode, day),
    warrantyNumber: null,
  }
}

export interface LineAmounts extends Taxes {
  taxableMinor: number
  totalMinor: number
}

/** The discount goes off before the tax; each head of the tax is rounded once. */
export function amountsOf(
  line: Pick<DraftLine, 'quantityMilli' | 'unitPriceMinor' | 'discountMinor' | 'taxRateBp'>,
  taxesOf: (taxableMinor: number, rateBp: number) => Taxes,
): LineAmounts {
  const taxableMinor = grossOf(line.quantityMilli, line.unitPriceMinor) - line.discountMinor
  const taxes = taxesOf(taxableMinor, line.taxRateBp)
  return { ...taxes, taxableMinor, totalMinor: taxableMinor + taxOf(taxes) }
}

export function taxOf({ cgstMinor, sgstMinor, igstMinor, vatMinor }: Taxes): number {
  return cgstMinor + sgstMinor + igstMinor + vatMinor
}

export interface Totals {
  subtotalMinor: number
  discountMinor: number
  taxMinor: number
  roundOffMinor: number
  totalMinor: number
}

/** The header is the sum of its lines; only whole units, where the house wants them, differ. */
export function totalsOf(
  lines: readonly (LineAmounts & Pick<DraftLine, 'discountMinor'>)[],
  roundsOff: boolean,
): Totals {
  const discountMinor = sum(lines.map((line) => line.discountMinor))
  const taxable = sum(lines.map((line) => line.taxableMinor))
  const taxMinor = sum(lines.map(taxOf))
  const exact = taxable + taxMinor
  const roundOffMinor = roundsOff ? divideRounded(BigInt(exact), 100n) * 100 - exact : 0
  const subtotalMinor = taxable + discountMinor
  return {
    subtotalMinor,
    discountMinor,
    taxMinor,
    roundOffMinor,
    totalMinor: exact + roundOffMinor,
  }
}

/** What each head of the tax comes to. */
export function taxesOfLines(lines: readonly Taxes[]): Taxes {
  const heads = Object.keys(noTaxes) as (keyof Taxes)[]
  const sums = heads.map((head) => [head, sum(lines.map((line) => line[head]))])
  return Object.fromEntries(sums) as Taxes
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
