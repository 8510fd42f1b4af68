import { erasures as erasuresBy } from '@forecourt/platform/erasure-consumer'
import type { CustomerRow } from '../customer/customer.ts'
import type { Means, Tables } from '../db.ts'
import { eraseMessagesTo } from '../message/message.queries.ts'
import { dropUndelivered } from './letter.queries.ts'
import { personalTables } from './personal-tables.queries.ts'

/**
 * Ends what is kept of an erased person: what they were told, and what waits to be sent, also where
 * only the address or the account says that it is to them.
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
  const known = customer && openedContacts(personal, customer)
  if (known) await eraseMessagesTo(context, known)
  const addresses = [known?.phone, known?.email].filter((address) => typeof address === 'string')
  await dropUndelivered(context, { addresses, accountId: person.accountId })
})

function openedContacts(
  personal: Means['personal'],
  { id, phone, email }: Pick<CustomerRow, 'id' | 'phone' | 'email'>,
) {
  const opened = (column: string, sealed: string) =>
    personal.open(sealed, { table: 'customer', column, id })
  return { phone: opened('phone', phone), email: email && opened('email', email) }
}
