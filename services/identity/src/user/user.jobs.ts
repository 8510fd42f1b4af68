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

/** A new contact that nobody proved within a day is forgotten; until then a late code is known. */
export const forgetContactChanges = job({
  name: 'forget-contact-changes',
  everyMs: 600_000,
  async run({ db }) {
    await db
      .deleteFrom('contactChange')
      .where('askedAt', '<', sql<string>`now() - interval '1 day'`)
      .execute()
    return false
  },
})
