import { z } from 'zod'

const FIRST = '1900-01-01'
const LAST = '2199-12-31'

/**
 * A day in a body or a query, `2026-01-31`. ISO 8601 knows the year 0, which Postgres does not, and
 * years to come that no vehicle, invoice or visit will see.
 */
export const Day = z.iso
  .date('Must be a day such as 2026-01-31')
  .refine((day) => day >= FIRST && day <= LAST, `Must lie between ${FIRST} and ${LAST}`)
