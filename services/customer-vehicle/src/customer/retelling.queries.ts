import type { Retelling } from '@forecourt/platform/reseal'
import type { Tables } from '../db.ts'
import { tellChange } from './change.queries.ts'

/** The topic of customers keeps their names, phones and e-mail addresses. */
export const retellCustomers: Retelling<Tables> = {
  table: 'customer',
  async tell(context, ids) {
    const rows = await context.db
      .selectFrom('customer')
      .selectAll()
      .where('id', 'in', ids)
      .execute()
    for (const row of rows) await tellChange(context, row)
  },
}
