import { sql } from 'kysely'
import { job } from '../db.ts'

/** Failures count for a day; after it they say nothing and name somebody for no reason. */
export const forgetOldFailures = job({
  name: 'forget-old-failures',
  everyMs: 3_600_000,
  async run({ db }) {
    await db
      .deleteFrom('loginFailure')
      .where('failedAt', '<', sql<string>`now() - interval '24 hours'`)
      .execute()
    return false
  },
})

/** A link that ran out is of no use to anybody. */
export const forgetOldResets = job({
  name: 'forget-old-resets',
  everyMs: 3_600_000,
  async run({ db }) {
    await db
      .deleteFrom('passwordReset')
      .where('expiresAt', '<', sql<string>`now()`)
      .execute()
    return false
  },
})
