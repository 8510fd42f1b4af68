/** What one line owes, in minor units; a head that does not apply is 0. */
export interface Taxes {
  cgstMinor: number
  sgstMinor: number
  igstMinor: number
  vatMinor: number
}

export const noTaxes: Taxes = { cgstMinor: 0, sgstMinor: 0, igstMinor: 0, vatMinor: 0 }

/** Who supplies: its state is the one that its tax number names, else the one of its address. */
export interface Supplier {
  state: string
  gstin: string | null
}

/** Who is supplied, as far as the tax asks. */
export interface Buyer {
  state: string | null
  gstNumber: string | null
}

/** A rate that applies from a day on to the codes that begin with `taxCode`. */
export interface DatedRate {
  taxCode: string
  from: string
  rateBp: number
}

/** The tax law of one country. Another country is another one of these. */
export interface Jurisdiction {
  country: string
  currency: string
  /** Whose days count, and the month in which the financial year begins. */
  timeZone: string
  yearBegins: number
  /** What the law calls the document. */
  title: string
  rates: readonly DatedRate[]
  /** The code of labour and of parts that name none. */
  defaultCodes: { service: string; part: string | null }
  /** Whether only who has a tax number may issue the document, which must name it. */
  needsTaxNumber: boolean
  placeOfSupply(supplier: Supplier, buyer: Buyer): string
  isWithinState(supplier: Supplier, placeOfSupply: string): boolean
  /** The only place where a tax is rounded: once for each line and head. */
  taxesOf(taxableMinor: number, rateBp: number, isWithinState: boolean): Taxes
}

/** The rate of a code on a day, by the longest code that is known; 0 where none is. */
export function rateOn({ rates }: Jurisdiction, taxCode: string | null, day: string): number {
  const known = rates
    .filter((rate) => (taxCode ?? '').startsWith(rate.taxCode) && rate.from <= day)
    .toSorted((a, b) => b.taxCode.length - a.taxCode.length || (a.from < b.from ? 1 : -1))
  return known[0]?.rateBp ?? 0
}

/** The day that it is at a moment, for the law of this country: `2026-03-31`. */
export function dayOf({ timeZone }: Jurisdiction, at: string): string {
  return Temporal.Instant.from(at).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}

export function dayAfter(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}

/** The moment in which a day is over. */
export function endOfDay({ timeZone }: Jurisdiction, day: string): string {
  const next = Temporal.PlainDate.from(day).add({ days: 1 })
  return next.toZonedDateTime(timeZone).toInstant().toString()
}
