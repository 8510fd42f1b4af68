import { CustomerErased } from '@forecourt/contracts/customer-vehicle-events'
import { timer } from '../db.ts'
import { TOMBSTONE } from './erasure.queries.ts'

/** Ends the key of an erased customer, when everybody who listens has heard of it. */
export const endKey = timer({
  kind: TOMBSTONE,
  async due({ db, emit }, id) {
    const erasure = await db
      .updateTable('erasure')
      .set((eb) => ({ accountId: null, version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .returning('version')
      .executeTakeFirst()
    if (erasure) emit.tombstone(CustomerErased, erasure.version, id)
  },
})
