import { expect, test } from 'vitest'
import { Country } from './country.ts'

test.each([
  ['IN', 'IN'],
  ['India', 'IN'],
  [' INDIA ', 'IN'],
  ['AE', 'AE'],
  ['uae', 'AE'],
  ['U.A.E.', 'AE'],
  ['United  Arab Emirates', 'AE'],
])('%j is the country %s', (typed, code) => {
  expect(Country.parse(typed)).toBe(code)
})

test.each(['', 'Atlantis', 'US', 91, 'constructor'])('%j is no country of ours', (typed) => {
  expect(Country.safeParse(typed).success).toBe(false)
})
