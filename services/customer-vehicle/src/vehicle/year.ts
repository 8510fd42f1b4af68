import { z } from 'zod'

const FIRST = 1900

/**
 * The year of purchase in a body; whether it lies in the future is for `yearProblem`, which knows
 * today.
 */
export const YearOfPurchase = z
  .int('Year of purchase must be a whole number, such as 2021')
  .min(FIRST, `Year of purchase must be ${FIRST} or later`)

/** What is wrong with a year of purchase in `currentYear`, or null. */
export function yearProblem(year: number, currentYear: number): string | null {
  if (year > currentYear) return 'Year of purchase must not lie in the future'
  return YearOfPurchase.safeParse(year).error?.issues[0]?.message ?? null
}
