import { gstStateCode, gstStates } from './gst-state.ts'
import type { Buyer, Jurisdiction, Supplier } from './jurisdiction.ts'
import { divideRounded } from './rounding.ts'

/** Goods and services tax: central and state tax within a state, integrated tax between two. */
export const india: Jurisdiction = {
  country: 'IN',
  currency: 'INR',
  timeZone: 'Asia/Kolkata',
  yearBegins: 4,
  title: 'Tax Invoice',
  rates: [
    { taxCode: '99', from: '2017-07-01', rateBp: 1_800 },
    { taxCode: '8708', from: '2017-07-01', rateBp: 2_800 },
    // The slabs of 12 % and 28 % were dropped.
    { taxCode: '8708', from: '2025-09-22', rateBp: 1_800 },
    { taxCode: '', from: '2017-07-01', rateBp: 1_800 },
  ],
  defaultCodes: { service: '998729', part: null },
  needsTaxNumber: true,
  placeOfSupply,
  isWithinState: (supplier, place) => placeKey(stateOfSupplier(supplier)) === placeKey(place),
  taxesOf(taxableMinor, rateBp, isWithinState) {
    const product = BigInt(taxableMinor) * BigInt(rateBp)
    // Each half is computed at half the rate, so that both are always the same.
    const half = isWithinState ? divideRounded(product, 20_000n) : 0
    const igstMinor = isWithinState ? 0 : divideRounded(product, 10_000n)
    return { cgstMinor: half, sgstMinor: half, igstMinor, vatMinor: 0 }
  },
}

/** A registered buyer's own state, else the state on the invoice, else the supplier's. */
function placeOfSupply(supplier: Supplier, { gstNumber, state }: Buyer): string {
  const registered = gstNumber && gstStates[gstNumber.slice(0, 2)]
  return registered || state || stateOfSupplier(supplier)
}

function stateOfSupplier({ gstin, state }: Supplier): string {
  return (gstin && gstStates[gstin.slice(0, 2)]) || state
}

/** States are compared by their code; a name that nobody knows is itself. */
function placeKey(state: string): string {
  return gstStateCode(state) ?? state.trim().toLowerCase()
}
