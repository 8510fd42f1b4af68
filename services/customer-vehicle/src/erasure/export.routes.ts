import { personalDataOf } from '@forecourt/platform/personal-export'
import { awaitCustomer } from '../customer/entry.queries.ts'
import type { Means, Tables } from '../db.ts'
import { personalTables } from './personal-tables.queries.ts'

export const showPersonalData = personalDataOf<Tables, Means>(
  personalTables,
  async ({ db }, anyId) => {
    const { id: customerId, accountId } = await awaitCustomer(db, anyId)
    return { customerId, accountId }
  },
)
