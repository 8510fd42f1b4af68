import { readingOf } from './database.ts'
import type { Journey } from './journey.ts'
import type { Budget } from './limit.ts'

/** What a request costs by its endpoint's limits, which may look at what the caller may see. */
export async function costOf(journey: Journey): Promise<Budget[]> {
  const { house, endpoint, me, request, input, scope } = journey
  if (!endpoint.limits) return []
  const { db } = readingOf(house.pool, scope)
  const who = { ...house.means, me, address: request.ip, db }
  return endpoint.limits(who as never, input as never)
}
