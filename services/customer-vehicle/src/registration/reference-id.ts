import type { ParsedPlate } from '../vehicle/plate.ts'

/** What reference ids count under: state and RTO of the first vehicle, else the center's code. */
export function referencePrefix(firstPlate: ParsedPlate | null, centerCode: string): string {
  return firstPlate?.prefix ?? centerCode
}

/** The reference id, `CUST-MH12-000145`, of a prefix and its count, which begins at 1. */
export function referenceId(prefix: string, count: number): string {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`No reference id counts ${count}`)
  }
  return `CUST-${prefix}-${String(count).padStart(6, '0')}`
}
