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
