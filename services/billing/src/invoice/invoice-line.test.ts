import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emirates } from '../tax/emirates.ts'
import { india } from '../tax/india.ts'
import { amountsOf, cut, type DraftLine, grossOf, taxesOfLines, taxOf } from './invoice-line.ts'
import type { Supplier } from './invoice.ts'
import { placeOf, priceInvoice } from './pricing.ts'

const supplier: Supplier = {
  name: 'Forecourt Pune',
  gstin: '27AAPFU0939F1ZV',
  street: null,
  city: 'Pune',
  state: 'Maharashtra',
  pinCode: null,
  country: 'IN',
}

const line: DraftLine = {
  type: 'part',
  description: 'Brake pad',
  itemId: null,
  taxCode: '870830',
  quantityMilli: 1_000,
  unit: 'PCS',
  unitPriceMinor: 10_005,
  discountMinor: 0,
  taxRateBp: 1_800,
  warrantyNumber: null,
}

const anyLine = fc
  .record({
    quantityMilli: fc.integer({ min: 1, max: 100_000 }),
    unitPriceMinor: fc.integer({ min: 0, max: 100_000_000 }),
    taxRateBp: fc.constantFrom(0, 25, 300, 500, 1_800, 4_000),
    off: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ off, ...given }): DraftLine => {
    const gross = grossOf(given.quantityMilli, given.unitPriceMinor)
    return { ...line, ...given, discountMinor: Math.floor((gross * off) / 100) }
  })

const anyCart = fc.record({
  lines: fc.array(anyLine, { maxLength: 60 }),
  jurisdiction: fc.constantFrom(india, emirates),
  place: fc.constantFrom('Maharashtra', 'Goa', 'Dubai'),
  roundsOff: fc.boolean(),
})

test('of any cart, the header is the sum of its lines, head by head', () => {
  fc.assert(
    fc.property(anyCart, ({ lines, place, ...terms }) => {
      const priced = priceInvoice({ ...terms, supplier }, place, lines)
      const { totals } = priced
      expect(totals.taxMinor).toBe(taxOf(taxesOfLines(priced.lines)))
      const exact = totals.subtotalMinor - totals.discountMinor + totals.taxMinor
      expect(totals.totalMinor).toBe(exact + totals.roundOffMinor)
      const ofLines = priced.lines.reduce((sum, { totalMinor }) => sum + totalMinor, 0)
      expect(exact).toBe(ofLines)
    }),
  )
})

test('rounding to whole units is at most half a unit, and nothing unless it is asked for', () => {
  fc.assert(
    fc.property(anyCart, ({ lines, place, ...terms }) => {
      const { totals } = priceInvoice({ ...terms, supplier }, place, lines)
      expect(Math.abs(totals.roundOffMinor)).toBeLessThanOrEqual(terms.roundsOff ? 50 : 0)
      expect(totals.totalMinor % (terms.roundsOff ? 100 : 1)).toBe(0)
    }),
  )
})

test('the discount goes off before the tax', () => {
  const priced = amountsOf({ ...line, discountMinor: 5 }, (taxable, rateBp) =>
    india.taxesOf(taxable, rateBp, true),
  )
  expect(priced).toMatchObject({ taxableMinor: 10_000, cgstMinor: 900, totalMinor: 11_800 })
})

test('what is under warranty costs nothing, tax included', () => {
  const { totals } = priceInvoice({ jurisdiction: india, supplier, roundsOff: false }, 'Goa', [
    { ...line, unitPriceMinor: 0 },
  ])
  expect(totals).toMatchObject({ subtotalMinor: 0, taxMinor: 0, totalMinor: 0 })
})

test('three and a half litres at 620.00 are 2170.00', () => {
  expect(grossOf(3_500, 62_000)).toBe(217_000)
})

test('another state on the invoice makes integrated tax of it', () => {
  const terms = { jurisdiction: india, supplier, roundsOff: false }
  const place = placeOf(terms, { name: 'Rahul', address: { state: 'Goa' } })
  const { lines } = priceInvoice(terms, place, [line])
  expect(lines[0]).toMatchObject({ cgstMinor: 0, igstMinor: 1_801 })
})

test('a long description is cut between two characters', () => {
  const short = cut(`${'a'.repeat(118)}😀${'b'.repeat(50)}`)
  expect(short.length).toBeLessThanOrEqual(120)
  expect(short.isWellFormed()).toBe(true)
})
