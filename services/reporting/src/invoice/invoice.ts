import { z } from 'zod'
import type { Change } from '../figure/figure.ts'

/** Billing's invoice, as far as it is revenue. */
export const InvoiceRow = z.object({
  generation: z.number().int(),
  id: z.uuid(),
  serviceCenterId: z.uuid(),
  status: z.string(),
  currency: z.string(),
  totalMinor: z.number().int(),
  /** Day of issue; a draft has none. */
  invoiceDate: z.iso.date().nullable(),
  version: z.number().int(),
})
export type InvoiceRow = z.infer<typeof InvoiceRow>

type Sold = Omit<InvoiceRow, 'generation' | 'id' | 'version'>

/** An issued invoice is revenue of its day; one that is taken back lessens that of today. */
export function revenueOf(before: Sold | undefined, now: Sold, today: string): Change[] {
  const change = ({ serviceCenterId, currency }: Sold, day: string, value: number): Change => ({
    ...{ serviceCenterId, subjectId: serviceCenterId, name: 'revenue', unit: currency },
    ...{ day, value },
  })
  const wasRevenue = before !== undefined && isRevenue(before)
  if (!wasRevenue && isRevenue(now) && now.invoiceDate) {
    return [change(now, now.invoiceDate, now.totalMinor)]
  }
  if (wasRevenue && !isRevenue(now)) return [change(before, today, -before.totalMinor)]
  return []
}

function isRevenue({ status, invoiceDate }: Sold): boolean {
  return invoiceDate !== null && status !== 'cancelled'
}
