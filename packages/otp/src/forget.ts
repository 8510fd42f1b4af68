import type { Job } from '@forecourt/platform/job'
import { sql } from 'kysely'

/** Deletes codes an hour after they expired; until then a late one is told from an unknown one. */
export function forgetCodes<Tables>(): Job<Tables, object> {
  return {
    name: 'forget-codes',
    everyMs: 600_000,
    async run({ db }) {
      await sql`delete from otp where expires_at < now() - interval '1 hour'`.execute(db)
      return false
    },
  }
}
