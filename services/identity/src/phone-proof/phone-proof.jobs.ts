import { sql } from 'kysely'
import { job } from '../db.ts'

/**
 * A day after its last code a phone that nobody proved is forgotten; until then whoever comes late
 * is told from a stranger.
 */
export const forgetPhoneProofs = job({
  name: 'forget-phone-proofs',
  everyMs: 600_000,
  async run({ db }) {
    await db
      .deleteFrom('phoneProof')
      .where('codeSentAt', '<', sql<string>`now() - interval '1 day'`)
      .execute()
    return false
  },
})
