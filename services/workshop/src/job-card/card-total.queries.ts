import { MOST_MINOR } from '@forecourt/contracts/money'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import type { JobCardRow } from './job-card.ts'

/**
 * What a card comes to is an amount that can be billed: its steps, what is proposed, and the parts
 * that it asked for, with tax. Throws `amount_too_large`.
 */
export async function refuseTooLargeTotal(
  db: Kysely<Tables>,
  { id, currency }: Pick<JobCardRow, 'id' | 'currency'>,
): Promise<void> {
  const { rows } = await sql<{ isTooLarge: boolean }>`
    select coalesce(sum(net + round(net * tax_rate_bp / 10000)), 0) > ${MOST_MINOR}
             as is_too_large
      from (select price_minor::numeric as net, tax_rate_bp
              from job_card_service where job_card_id = ${id}
            union all
            select cost_minor, tax_rate_bp
              from additional_service where job_card_id = ${id} and decision <> 'rejected'
            union all
            select round(coalesce(used_milli, quantity_milli)::numeric * unit_price_minor / 1000),
                   tax_rate_bp
              from parts_request_line
             where job_card_id = ${id} and status <> 'released' and not is_warranty) as line
  `.execute(db)
  if (rows[0]?.isTooLarge) {
    throw problem('amount_too_large', { most: `${MOST_MINOR / 100} ${currency}` })
  }
}
