import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'

/** A person is forgotten: what they were told goes with them. */
export async function forgetNotifications(db: Kysely<Tables>, userId: string): Promise<void> {
  await db.deleteFrom('notification').where('userId', '=', userId).execute()
}
