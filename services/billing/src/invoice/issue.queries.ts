import { asHouse, transition } from '@forecourt/platform/transition'
import { problem } from '@forecourt/platform/problem'
import type { Me } from '@forecourt/platform/me'
import { schedule } from '@forecourt/platform/timer'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../db.ts'
import { drawNumber } from '../number-series/number-series.queries.ts'
import { financialYearOf, numberOf } from '../number-series/number-series.ts'
import { jurisdictionOf } from '../tax/country.ts'
import { dayAfter, dayOf, endOfDay } from '../tax/jurisdiction.ts'
import { oneCenter, termsOf } from './draft.queries.ts'
import { type InvoiceRow } from './invoice.ts'
import { stateOf } from './invoice-state.ts'
import type { InvoiceLineRow } from './invoice-line.ts'
import { lifecycle, linesOf, type Writing } from './invoice.queries.ts'
import { priceInvoice } from './pricing.ts'

/** Marks an issued invoice as overdue when its day has passed. */
export const LAPSE = 'invoice-lapse'

type Issuing = Writing & {
  me: Me
  expectedVersion: number | undefined
  was(before: object): void
}

export interface Issued {
  invoice: InvoiceRow
  lines: InvoiceLineRow[]
}

/**
 * Issues a draft: gives it its date and, last of all, its number. What is not to be paid is paid
 * at once. Throws `invoice_empty`, `gstin_missing` and `state_forbids`.
 */
export async function issueInvoice(context: Issuing, id: string): Promise<Issued> {
  let lines: InvoiceLineRow[] = []
  const invoice = await transition(context, lifecycle, {
    table: 'invoice',
    id,
    move: 'finalize',
    work: async (draft: InvoiceRow) => {
      lines = await linesOf(context.db, id)
      if (lines.length === 0) throw problem('invoice_empty')
      const priced = await pricedAnew(context, draft, lines)
      lines = priced.lines
      return priced.columns()
    },
    tell: (issued: InvoiceRow) => stateOf(issued, lines),
  })
  if (invoice.totalMinor > 0) return { invoice, lines }
  const settled = await settleInvoice(context, invoice, lines, {})
  return { invoice: settled, lines }
}

/** The center may have got another tax number since the draft was made. */
async function pricedAnew(context: Issuing, draft: InvoiceRow, before: InvoiceLineRow[]) {
  const { db, now, settingOf } = context
  const center = await oneCenter(db, draft.serviceCenterId)
  if (!center) throw problem('not_found')
  const terms = termsOf(context, center)
  const { jurisdiction, supplier } = terms
  if (jurisdiction.needsTaxNumber && !supplier.gstin) throw problem('gstin_missing')
  const { lines, totals } = priceInvoice(terms, draft.placeOfSupply, before)
  if (lines.some((line, place) => line.igstMinor !== before[place]?.igstMinor)) {
    await writeTaxes(db, lines)
  }
  const invoiceDate = dayOf(jurisdiction, now)
  const latest = dayAfter(invoiceDate, settingOf('invoiceDueDays'))
  const dueDate = laterOf(invoiceDate, draft.dueDate ?? latest)
  await schedule(context, LAPSE, draft.id, endOfDay(jurisdiction, dueDate))
  const columns = async () => {
    const financialYear = financialYearOf(jurisdiction, now)
    const serial = await drawNumber(db, {
      serviceCenterId: center.id,
      documentType: 'invoice',
      financialYear,
    })
    const invoiceNumber = numberOf(center.code, 'invoice', financialYear, serial)
    const issue = { invoiceNumber, financialYear, serial, invoiceDate, dueDate }
    return { ...totals, ...issue, supplier }
  }
  return { lines, columns }
}

/** Writes taxes and totals of lines that are there, all in one statement. */
async function writeTaxes(db: Kysely<Tables>, lines: readonly InvoiceLineRow[]): Promise<void> {
  const rows = lines.map(
    (line) => sql`(${line.id}::uuid, ${line.taxableMinor}::bigint, ${line.cgstMinor}::bigint,
      ${line.sgstMinor}::bigint, ${line.igstMinor}::bigint, ${line.vatMinor}::bigint,
      ${line.totalMinor}::bigint)`,
  )
  await sql`update invoice_line set taxable_minor = v.taxable, cgst_minor = v.cgst,
      sgst_minor = v.sgst, igst_minor = v.igst, vat_minor = v.vat, total_minor = v.total
    from (values ${sql.join(rows)}) as v (id, taxable, cgst, sgst, igst, vat, total)
    where invoice_line.id = v.id`.execute(db)
}

/** Nothing is owed any more. */
export function settleInvoice(
  context: Pick<Issuing, 'db' | 'emit' | 'now'>,
  { id, country }: Pick<InvoiceRow, 'id' | 'country'>,
  lines: readonly InvoiceLineRow[],
  changes: { paidMinor?: number },
): Promise<InvoiceRow> {
  return transition(asHouse(context), lifecycle, {
    table: 'invoice',
    id,
    move: 'settle',
    work: () =>
      Promise.resolve({ ...changes, paidDate: dayOf(jurisdictionOf(country), context.now) }),
    tell: (row: InvoiceRow) => stateOf(row, lines),
  })
}

function laterOf(one: string, other: string): string {
  return one > other ? one : other
}
