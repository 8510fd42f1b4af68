import type { Person } from '@forecourt/platform/personal-table'
import { schedule } from '@forecourt/platform/timer'
import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { UNATTACHED } from './file.queries.ts'

/**
 * Gives up every file of an erased person, which their deadline drops at once: those of their
 * things, of their visits, and what they brought and nothing claimed. What they brought for a
 * thing that is somebody else's by now is that person's.
 */
export async function dropFilesOf(
  { db, now }: { db: Kysely<Tables>; now: string },
  { customerId, accountId }: Person,
  things: readonly string[],
): Promise<void> {
  const visits = db.selectFrom('visit').select('id').where('customerId', '=', customerId)
  const dropped = await db
    .updateTable('file')
    .set({ attachedTo: null })
    .where((eb) =>
      eb.or([
        ...(things.length > 0 ? [eb('attachedTo', 'in', things)] : []),
        ...(accountId ? [eb('attachedTo', '=', accountId)] : []),
        eb.and([eb('uploadedBy', '=', accountId), eb('attachedTo', 'is', null)]),
        eb('visitId', 'in', visits),
      ]),
    )
    .returning('id')
    .execute()
  const ids = dropped.map(({ id }) => id)
  await schedule({ db }, UNATTACHED, ids, now)
}
