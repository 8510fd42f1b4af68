import { gstStateCode } from '../tax/gst-state.ts'
import type { Jurisdiction } from '../tax/jurisdiction.ts'
import type { CustomerDetails, Supplier } from './invoice.ts'
import {
  amountsOf,
  type DraftLine,
  type LineAmounts,
  totalsOf,
  type Totals,
} from './invoice-line.ts'

export interface Priced<Line> {
  placeOfSupply: string
  lines: (Line & LineAmounts)[]
  totals: Totals
}

/** Everything that an invoice owes, from its lines and from the place where it is supplied. */
export function priceInvoice<Line extends DraftLine>(
  { jurisdiction, supplier, roundsOff }: Terms,
  placeOfSupply: string,
  lines: readonly Line[],
): Priced<Line> {
  const isWithin = jurisdiction.isWithinState(supplier, placeOfSupply)
  const priced = lines.map((line) => ({
    ...line,
    ...amountsOf(line, (minor, rateBp) => jurisdiction.taxesOf(minor, rateBp, isWithin)),
  }))
  return { placeOfSupply, lines: priced, totals: totalsOf(priced, roundsOff) }
}

/** Under which law, from whom, and how it is rounded. */
export interface Terms {
  jurisdiction: Jurisdiction
  supplier: Supplier
  roundsOff: boolean
}

/** The state whose tax it is, by what is known of the buyer. */
export function placeOf({ jurisdiction, supplier }: Terms, details: CustomerDetails): string {
  const { gstNumber = null, address } = details
  return jurisdiction.placeOfSupply(supplier, { gstNumber, state: address?.state ?? null })
}

/** Indian law knows the states by their codes; elsewhere any name is a place. */
export function isPlace({ jurisdiction }: Terms, place: string): boolean {
  return jurisdiction.country !== 'IN' || gstStateCode(place) !== undefined
}
