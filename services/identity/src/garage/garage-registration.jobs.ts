import { sql } from 'kysely'
import { job } from '../db.ts'

/** An hour after it has died a registration is forgotten; until then another code may revive it. */
export const forgetGarageRegistrations = job({
  name: 'forget-garage-registrations',
  everyMs: 600_000,
  async run({ db }) {
    await db
      .deleteFrom('garageRegistration')
      .where('livesUntil', '<', sql<string>`now() - interval '1 hour'`)
      .execute()
    return false
  },
})
