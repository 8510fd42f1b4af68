import { personalDataOf } from '@forecourt/platform/personal-export'
import { findCustomer } from '../customer/entry.queries.ts'
import type { Means, Tables } from '../db.ts'
import { personalTables } from './personal-tables.queries.ts'

export const showPersonalData = personalDataOf<Tables, Means>(
  personalTables,
  async ({ db }, person) => {
    const { id: customerId, accountId } = await findCustomer(db, person.customerId)
    return { customerId, accountId }
  },
)
