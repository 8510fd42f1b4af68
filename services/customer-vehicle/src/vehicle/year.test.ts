import { expect, test } from 'vitest'
import { yearProblem, YearOfPurchase } from './year.ts'

test('a year from 1900 to the current one is a year of purchase', () => {
  expect([1900, 2021, 2026].map((year) => yearProblem(year, 2026))).toEqual([null, null, null])
})

test.each([
  [1899, 'Year of purchase must be 1900 or later'],
  [2027, 'Year of purchase must not lie in the future'],
  [2020.5, 'Year of purchase must be a whole number, such as 2021'],
  [Number.NaN, 'Year of purchase must be a whole number, such as 2021'],
])('%s is refused in 2026', (year, problem) => {
  expect(yearProblem(year, 2026)).toBe(problem)
})

test('the body field refuses text', () => {
  expect(YearOfPurchase.safeParse('last year').success).toBe(false)
})
