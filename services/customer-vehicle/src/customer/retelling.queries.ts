import { CustomerChanged } from '@forecourt/contracts/customer-vehicle-events'
import type { Retelling } from '@forecourt/platform/reseal'
import { sql } from 'kysely'
import type { Tables } from '../db.ts'
import { stateOfCustomer } from './customer.queries.ts'

/** The topic of customers keeps their names, phones and e-mail addresses. */
export const retellCustomers: Retelling<Tables> = {
  table: 'customer',
  async tell({ db, emit, personal }, ids) {
    const rows = await db
      .selectFrom('customer')
      .selectAll()
      .select(sql<string[]>`centers_of_customer(customer.id)`.as('centers'))
      .where('id', 'in', ids)
      .execute()
    for (const { centers, ...row } of rows) {
      emit(CustomerChanged, row.version, stateOfCustomer(personal, row, centers))
    }
  },
}
