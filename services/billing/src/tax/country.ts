import { emirates } from './emirates.ts'
import { india } from './india.ts'
import type { Jurisdiction } from './jurisdiction.ts'

/** Centers that name no country lie in India. */
export function jurisdictionOf(country: string): Jurisdiction {
  return country === emirates.country ? emirates : india
}
