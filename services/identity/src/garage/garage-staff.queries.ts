import { UserChanged } from '@forecourt/contracts/identity-events'
import { changeRow } from '@forecourt/platform/row'
import { sql } from 'kysely'
import type { Here } from '../db.ts'
import { endSessionsOf } from '../session/ending.queries.ts'
import { stateOf } from '../user/user.queries.ts'

/**
 * Whether the caller works for a garage. Anybody opens one by a form, so that what is typed there
 * of somebody's e-mail or phone proves nothing.
 */
export async function isOfGarage({ db, me }: Pick<Here, 'db' | 'me'>): Promise<boolean> {
  if (me.centers.length === 0) return false
  const garage = await db
    .selectFrom('garage')
    .select('id')
    .where('serviceCenterId', 'in', [...me.centers])
    .executeTakeFirst()
  return garage !== undefined
}

/** Suspends whoever was hired at a garage and works nowhere else; their sessions end. */
export async function suspendStaff(context: Here, serviceCenterId: string): Promise<void> {
  const staff = await context.db
    .selectFrom('user')
    .selectAll()
    .where('serviceCenterIds', '=', sql<string[]>`array[${serviceCenterId}::uuid]`)
    .where('role', '<>', 'garage_owner')
    .where('status', '=', 'active')
    .orderBy('id')
    .forUpdate()
    .execute()
  for (const before of staff) {
    const user = await changeRow(context, 'user', before, { status: 'suspended' })
    await endSessionsOf(context, user.id, { endedBy: 'suspension' })
    context.emit(UserChanged, user.version, stateOf(user))
  }
}
