import { timer } from '../db.ts'
import { UNATTACHED } from './file.queries.ts'

/** Drops what nothing has claimed. Bytes that are gone already are no fault, so it may repeat. */
export const dropUnattached = timer({
  kind: UNATTACHED,
  async due({ db, storage }, id) {
    const dropped = await db
      .deleteFrom('file')
      .where('id', '=', id)
      .where('attachedTo', 'is', null)
      .returning('storageKey')
      .executeTakeFirst()
    if (dropped) await storage.remove(dropped.storageKey)
  },
})
