import { sql } from 'kysely'
import { job } from '../db.ts'

/** An hour after its last code a sign-up that nobody proved is forgotten. */
export const forgetSignUps = job({
  name: 'forget-sign-ups',
  everyMs: 600_000,
  async run({ db }) {
    await db
      .deleteFrom('signUp')
      .where('codeSentAt', '<', sql<string>`now() - interval '1 hour'`)
      .execute()
    return false
  },
})
