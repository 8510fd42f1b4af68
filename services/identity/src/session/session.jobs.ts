import { sql } from 'kysely'
import { job } from '../db.ts'

/** A session is forgotten a month after it ran out; until then it shows how it ended. */
export const forgetOldSessions = job({
  name: 'forget-old-sessions',
  everyMs: 3_600_000,
  async run({ db }) {
    await db
      .deleteFrom('session')
      .where('expiresAt', '<', sql<string>`now() - interval '30 days'`)
      .execute()
    return false
  },
})

/** A copied token is told from a stranger's for a year, much longer than it could have lived. */
export const forgetSpentTokens = job({
  name: 'forget-spent-tokens',
  everyMs: 3_600_000,
  async run({ db }) {
    await db
      .deleteFrom('spentToken')
      .where('spentAt', '<', sql<string>`now() - interval '365 days'`)
      .execute()
    return false
  },
})
