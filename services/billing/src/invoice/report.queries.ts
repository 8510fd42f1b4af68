import { type Kysely, sql } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '../db.ts'
import type { Asked, InvoiceSummary } from './report.ts'

type Summary = z.output<typeof InvoiceSummary>
type Row = Summary['byStatus'][number] & { currency: string; isWhole: boolean }

/** Adds up what was issued, per currency and per currency and status, in one statement. */
export async function sumInvoices(
  db: Kysely<Tables>,
  { from, to, serviceCenterId, customerId }: Asked,
): Promise<Summary[]> {
  const { rows } = await sql<Row>`
    select currency, status, grouping(status) = 1 as is_whole, count(*) as invoice_count,
           sum(subtotal_minor)::bigint as subtotal, sum(discount_minor)::bigint as discount,
           sum(tax_minor)::bigint as tax, sum(total_minor)::bigint as total_amount,
           sum(paid_minor)::bigint as paid_amount, sum(balance_minor)::bigint as balance_amount
      from invoice
     where status in ('sent', 'paid', 'overdue')
       and (${from ?? null}::date is null or invoice_date >= ${from ?? null}::date)
       and (${to ?? null}::date is null or invoice_date <= ${to ?? null}::date)
       and (${serviceCenterId ?? null}::uuid is null
            or service_center_id = ${serviceCenterId ?? null}::uuid)
       and (${customerId ?? null}::uuid is null or customer_id = ${customerId ?? null}::uuid)
     group by grouping sets ((currency), (currency, status))
     order by currency, status`.execute(db)
  const wholes = rows.filter(({ isWhole }) => isWhole)
  const ofStatus = Map.groupBy(
    rows.filter(({ isWhole }) => !isWhole),
    ({ currency }) => currency,
  )
  return wholes.map((whole) => ({ ...whole, byStatus: ofStatus.get(whole.currency) ?? [] }))
}

/** What is still to be paid, with how long it should have been. */
export function selectOutstanding(db: Kysely<Tables>, today: string) {
  const open = db
    .selectFrom('invoice')
    .selectAll()
    .select(sql<number>`greatest(0, ${today}::date - due_date)`.as('daysOverdue'))
    .where('status', 'in', ['sent', 'overdue'])
    .where('balanceMinor', '>', 0)
  return db.selectFrom(open.as('open')).selectAll()
}
