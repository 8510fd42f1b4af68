import { erasures as erasuresBy } from '@forecourt/platform/erasure-consumer'
import type { Means, Tables } from '../db.ts'
import { eraseMessagesTo } from '../message/message.queries.ts'
import { dropUndelivered } from './letter.queries.ts'
import { personalTables } from './personal-tables.queries.ts'

/**
 * Ends what is kept of an erased person: what they were told, and what waits to be sent, also where
 * only the address says that it is to them.
 */
export const erasures = erasuresBy<Tables, Means>(personalTables, async (context, person) => {
  const { db, personal } = context
  const customer = await db
    .selectFrom('customer')
    .select(['id', 'phone', 'email'])
    .where('id', '=', person.customerId)
    // Waits for whoever is writing to this customer; whoever comes later finds nobody.
    .forUpdate()
    .executeTakeFirst()
  if (customer) {
    const { id, phone, email } = customer
    const opened = (column: string, sealed: string) =>
      personal.open(sealed, { table: 'customer', column, id })
    const addresses = { phone: opened('phone', phone), email: email && opened('email', email) }
    await eraseMessagesTo(context, addresses)
    await dropUndelivered(context, [addresses.phone, ...(addresses.email ? [addresses.email] : [])])
  }
})
