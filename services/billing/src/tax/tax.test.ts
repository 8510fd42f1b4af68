import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emirates } from './emirates.ts'
import { gstStateCode, gstStates } from './gst-state.ts'
import { india } from './india.ts'
import { jurisdictionOf } from './country.ts'
import { dayOf, rateOn } from './jurisdiction.ts'

const pune = { state: 'Maharashtra', gstin: '27AAPFU0939F1ZV' }
const minor = fc.integer({ min: 0, max: 1_000_000_000_000 })
const rate = fc.integer({ min: 0, max: 10_000 })

describe('India', () => {
  test('₹100.05 at 18 % is 9.00 and 9.00 within a state, and 18.01 between two', () => {
    const within = india.taxesOf(10_005, 1_800, true)
    expect(within).toEqual({ cgstMinor: 900, sgstMinor: 900, igstMinor: 0, vatMinor: 0 })
    const between = india.taxesOf(10_005, 1_800, false)
    expect(between).toEqual({ cgstMinor: 0, sgstMinor: 0, igstMinor: 1_801, vatMinor: 0 })
  })

  test('both halves are always the same, and at most half a paisa from exact', () => {
    fc.assert(
      fc.property(minor, rate, (taxable, rateBp) => {
        const { cgstMinor, sgstMinor } = india.taxesOf(taxable, rateBp, true)
        expect(sgstMinor).toBe(cgstMinor)
        const off = BigInt(cgstMinor) * 20_000n - BigInt(taxable) * BigInt(rateBp)
        expect(off > -10_000n && off <= 10_000n).toBe(true)
      }),
    )
  })

  test('a supply is taxed either within a state or between two, never both', () => {
    fc.assert(
      fc.property(minor, rate, fc.boolean(), (taxable, rateBp, isWithin) => {
        const { cgstMinor, igstMinor } = india.taxesOf(taxable, rateBp, isWithin)
        expect(isWithin ? igstMinor : cgstMinor).toBe(0)
      }),
    )
  })

  test('the place of supply is a registered buyer’s state, else the one written down', () => {
    const buyer = (state: string | null, gstNumber: string | null) =>
      india.placeOfSupply(pune, { state, gstNumber })
    expect(buyer('Gujarat', '29AABCR1718E1ZL')).toBe('Karnataka')
    expect(buyer('Gujarat', null)).toBe('Gujarat')
    expect(buyer(null, null)).toBe('Maharashtra')
  })

  test('a state is the same however its name is written', () => {
    expect(india.isWithinState(pune, 'MAHARASHTRA ')).toBe(true)
    expect(india.isWithinState(pune, 'Goa')).toBe(false)
    const port = { state: 'Pondicherry', gstin: null }
    expect(india.isWithinState(port, 'Puducherry')).toBe(true)
  })

  test('rates are those of the day, by the longest code that is known', () => {
    expect(rateOn(india, '870830', '2025-09-21')).toBe(2_800)
    expect(rateOn(india, '870830', '2025-09-22')).toBe(1_800)
    expect(rateOn(india, '998729', '2020-01-01')).toBe(1_800)
    expect(rateOn(india, '998729', '2017-06-30')).toBe(0)
  })
})

describe('GST state codes', () => {
  test.each([
    ['Andhra Pradesh', '37'],
    ['Ladakh', '38'],
    ['Dadra & Nagar Haveli and Daman & Diu', '26'],
    ['The Dadra And Nagar Haveli And Daman And Diu', '26'],
    ['Telangana', '36'],
    ['NCT of Delhi', '07'],
    ['Orissa', '21'],
    ['Jammu & Kashmir', '01'],
  ])('%s has the code %s', (name, code) => expect(gstStateCode(name)).toBe(code))

  test('every state is found by its own name, and nothing else is', () => {
    for (const [code, name] of Object.entries(gstStates)) expect(gstStateCode(name)).toBe(code)
    expect(gstStateCode('Atlantis')).toBeUndefined()
  })
})

describe('the Emirates', () => {
  test('VAT is 5 %, rounded to the fils on each line', () => {
    expect(emirates.taxesOf(10_010, 500, true).vatMinor).toBe(501)
    expect(emirates.taxesOf(10_009, 500, true).vatMinor).toBe(500)
    expect(rateOn(emirates, null, '2026-01-01')).toBe(500)
  })

  test('a center is under the law of its country', () => {
    expect(jurisdictionOf('AE').currency).toBe('AED')
    expect(jurisdictionOf('IN').currency).toBe('INR')
    expect(dayOf(emirates, '2026-12-31T20:30:00Z')).toBe('2027-01-01')
  })
})
