import { isOfAllCenters, type Me } from '@forecourt/platform/me'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'

/**
 * Whose stock somebody may change: that of an own center, and that of the central warehouse with
 * a permission of its own. Throws `permission_missing`, or a 422 for a center that is not theirs.
 */
export async function refuseForeignPlace(
  { db, me }: { db: Kysely<Tables>; me: Me },
  serviceCenterId: string | null,
): Promise<void> {
  if (serviceCenterId === null) {
    if (!me.may('central_stock.adjust')) throw problem('permission_missing')
    return
  }
  if (!isOfAllCenters(me) && !me.centers.includes(serviceCenterId)) {
    throw fieldProblem('serviceCenterId', 'Choose one of your own service centers')
  }
  const center = await db
    .selectFrom('serviceCenter')
    .select('id')
    .where('id', '=', serviceCenterId)
    .where('isActive', '=', true)
    .executeTakeFirst()
  if (!center) throw fieldProblem('serviceCenterId', 'Choose a service center from the list')
}
