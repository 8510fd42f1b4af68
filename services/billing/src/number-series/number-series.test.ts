import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emirates } from '../tax/emirates.ts'
import { india } from '../tax/india.ts'
import { financialYearOf, numberOf } from './number-series.ts'

test('the Indian year begins on 1 April, Indian time', () => {
  expect(financialYearOf(india, '2026-03-31T18:29:59Z')).toBe('25-26')
  expect(financialYearOf(india, '2026-03-31T18:30:00Z')).toBe('26-27')
  expect(financialYearOf(india, '2099-12-31T00:00:00Z')).toBe('99-00')
})

test('the year of the Emirates is the calendar year', () => {
  expect(financialYearOf(emirates, '2026-12-31T19:59:59Z')).toBe('2026')
  expect(financialYearOf(emirates, '2026-12-31T20:00:00Z')).toBe('2027')
})

test('a number names its center, its year and its place in the series', () => {
  expect(numberOf('PUN', 'invoice', '26-27', 145)).toBe('PUN/26-27/000145')
  expect(numberOf('PUN', 'credit_note', '26-27', 145)).toBe('PUN/26-27/C00145')
})

test('every number is one that the law allows, or there is none', () => {
  const code = fc.stringMatching(/^[A-Z1-9][A-Z0-9]{1,2}$/)
  const serial = fc.integer({ min: 1, max: 999_999 })
  fc.assert(
    fc.property(code, serial, fc.constantFrom('26-27', '2026'), (center, at, year) => {
      expect(numberOf(center, 'invoice', year, at)).toMatch(/^[A-Z1-9][A-Z0-9/-]{0,15}$/)
    }),
  )
  expect(() => numberOf('PUN', 'invoice', '26-27', 1_000_000)).toThrow('no number')
})
