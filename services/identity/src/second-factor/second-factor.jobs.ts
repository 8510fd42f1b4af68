import { sql } from 'kysely'
import { job } from '../db.ts'

/** Whoever did not bring the second factor in time begins anew. */
export const forgetOldChallenges = job({
  name: 'forget-old-challenges',
  everyMs: 600_000,
  async run({ db }) {
    await db
      .deleteFrom('challenge')
      .where('expiresAt', '<', sql<string>`now()`)
      .execute()
    return false
  },
})
