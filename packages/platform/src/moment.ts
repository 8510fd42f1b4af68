import { z } from 'zod'

const EARLIEST_MS = 0
const LATEST_MS = Date.UTC(9999, 0)

/**
 * When, in the query of a list: a day, which begins in UTC, or a moment; the handler gets a moment
 * in UTC. What Postgres holds is narrower than ISO 8601.
 */
export const Moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .refine(
    (text) => Date.parse(text) >= EARLIEST_MS && Date.parse(text) < LATEST_MS,
    'Must be a day such as 2026-01-31, or a moment',
  )
  .transform((text) => new Date(text).toISOString())
