import { randomUUIDv7 } from 'node:crypto'
import { RoleDefined } from '@forecourt/contracts/identity-events'
import { isOfAllCenters } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Here } from '../db.ts'
import { isBelow } from '../user/account.ts'
import {
  faultOfPermissions,
  givenUnowned,
  type ChangeRole,
  type DefineRole,
  type RoleRow,
} from './role.ts'

/** Serialises changes of roles; any number that none other uses. */
const ROLES_LOCK = 4_212

/** Throws `role_name_taken`, and whatever `refuseGift` does. */
export async function defineRole(context: Here, body: DefineRole): Promise<RoleRow> {
  const { db, emit } = context
  await refuseGift(context, { name: body.name, before: [], after: body.permissions })
  const role = await db
    .insertInto('role')
    // No release has brought it anything.
    .values({ id: randomUUIDv7(), ...body, offeredPermissions: [] })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!role) throw problem('role_name_taken')
  emit(RoleDefined, role.version, { role: role.name, permissions: role.permissions })
  return role
}

export async function changeRole(
  context: Here,
  id: string,
  change: z.infer<typeof ChangeRole>,
): Promise<RoleRow> {
  const { emit } = context
  const known = await lockRow<RoleRow>(context, 'role', id)
  const { permissions = known.permissions } = change
  await refuseGift(context, { name: known.name, before: known.permissions, after: permissions })
  const role = await changeRow(context, 'role', known, given(change))
  emit(RoleDefined, role.version, { role: role.name, permissions: role.permissions })
  return role
}

interface Gift {
  name: string
  before: string[]
  after: string[]
}

/**
 * Throws when somebody gives what they do not have at this moment, whatever the replicas say, or,
 * being no administrator, touches a role that is not below the own one.
 */
async function refuseGift({ db, me }: Here, { name, before, after }: Gift): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ROLES_LOCK})`.execute(db)
  const own = await db
    .selectFrom('role')
    .select('permissions')
    .where('name', 'in', [...me.roles])
    .execute()
  const mine = new Set(own.flatMap(({ permissions }) => permissions))
  const unowned = givenUnowned(before, after, mine)
  if (unowned.length > 0) throw problem('permission_not_yours', { permissions: unowned.join(', ') })
  const isReachable = isBelow(before, mine) && isBelow(after, mine)
  if (!isOfAllCenters(me) && !isReachable) throw problem('role_not_below')
  // What is only described anew stays as it was given.
  const [reason, concerned] = (after !== before && faultOfPermissions(name, after)) || []
  if (reason) throw problem(reason, concerned)
}
