import { erasures as erasuresBy } from '@forecourt/platform/erasure-consumer'
import type { Means, Tables } from '../db.ts'
import { erasedBuyer } from '../invoice/invoice.ts'
import { sealedDetails } from '../invoice/invoice.queries.ts'
import { personalTables } from './personal-tables.queries.ts'

/** Ends what is kept of an erased person; only what was issued goes on naming its buyer. */
export const erasures = erasuresBy<Tables, Means>(personalTables, async (context, person) => {
  const { db } = context
  const customers = db.selectFrom('customer').select('id').where('id', '=', person.customerId)
  // Waits for whoever is drafting for this customer; whoever comes later finds nobody.
  await customers.forUpdate().execute()
  const drafts = await db
    .selectFrom('invoice')
    .select('id')
    .where('customerId', '=', person.customerId)
    .where('invoiceNumber', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  for (const { id } of drafts) {
    const customerDetails = sealedDetails(context, id, erasedBuyer)
    const forgotten = db.updateTable('invoice').set({ customerDetails, notes: null })
    await forgotten.where('id', '=', id).execute()
  }
})
