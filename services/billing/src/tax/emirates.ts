import type { Jurisdiction } from './jurisdiction.ts'
import { divideRounded } from './rounding.ts'

/** VAT of the United Arab Emirates: one rate, one head, rounded per line to the fils. */
export const emirates: Jurisdiction = {
  country: 'AE',
  currency: 'AED',
  timeZone: 'Asia/Dubai',
  yearBegins: 1,
  title: 'Tax Invoice',
  rates: [{ taxCode: '', from: '2018-01-01', rateBp: 500 }],
  defaultCodes: { service: '', part: null },
  // A center keeps a GSTIN only, so its TRN is not known here.
  needsTaxNumber: false,
  placeOfSupply: (supplier, buyer) => buyer.state ?? supplier.state,
  isWithinState: () => true,
  taxesOf: (taxableMinor, rateBp) => ({
    cgstMinor: 0,
    sgstMinor: 0,
    igstMinor: 0,
    vatMinor: divideRounded(BigInt(taxableMinor) * BigInt(rateBp), 10_000n),
  }),
}
