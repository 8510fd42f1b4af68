import { z } from 'zod'
import { dayOf, type Jurisdiction } from '../tax/jurisdiction.ts'

/** The last number of a center's documents of one kind in one financial year. */
export const NumberSeriesRow = z.object({
  serviceCenterId: z.uuid(),
  documentType: z.string(),
  financialYear: z.string(),
  lastNumber: z.number().int(),
})

export type DocumentType = 'invoice' | 'credit_note'

/** What the law takes as the number of an invoice. */
const NUMBER = /^[A-Z1-9][A-Z0-9/-]{0,15}$/

/** `26-27` where the year begins in another month than January, else `2026`. */
export function financialYearOf(jurisdiction: Jurisdiction, at: string): string {
  const { year, month } = Temporal.PlainDate.from(dayOf(jurisdiction, at))
  if (jurisdiction.yearBegins === 1) return String(year)
  const begun = month >= jurisdiction.yearBegins ? year : year - 1
  return `${twoDigits(begun)}-${twoDigits(begun + 1)}`
}

function twoDigits(year: number): string {
  return String(year % 100).padStart(2, '0')
}

/** `PUN/26-27/000145`, and `PUN/26-27/C00145` for a credit note. Throws when it gets too long. */
export function numberOf(
  centerCode: string,
  documentType: DocumentType,
  financialYear: string,
  serial: number,
): string {
  const tail =
    documentType === 'credit_note'
      ? `C${String(serial).padStart(5, '0')}`
      : String(serial).padStart(6, '0')
  const number = `${centerCode}/${financialYear}/${tail}`
  if (!NUMBER.test(number)) throw new Error(`${number} is no number that the law allows.`)
  return number
}
