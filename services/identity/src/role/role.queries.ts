import { randomUUIDv7 } from 'node:crypto'
import { RoleDefined } from '@forecourt/contracts/identity-events'
import type { Emit } from '@forecourt/platform/outbox'
import { changeRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { permissionsAfterRelease } from './role.ts'

interface StartingRole {
  name: string
  description: string
  permissions: readonly string[]
}

/** Opens a role, or gives an existing one what this release brings; silent if that is nothing. */
export async function offerRole(
  context: { db: Kysely<Tables>; emit: Emit },
  { name, description, permissions }: StartingRole,
): Promise<void> {
  const { db, emit } = context
  const offeredPermissions = [...permissions]
  const known = await db.selectFrom('role').selectAll().where('name', '=', name).executeTakeFirst()
  if (!known) {
    const values = { id: randomUUIDv7(), name, description, permissions: offeredPermissions }
    await db
      .insertInto('role')
      .values({ ...values, offeredPermissions })
      .execute()
    emit(RoleDefined, 1, { role: name, permissions: offeredPermissions })
    return
  }
  const offered = new Set(known.offeredPermissions)
  if (permissions.every((permission) => offered.has(permission))) return
  const role = await changeRow(context, 'role', known, {
    permissions: permissionsAfterRelease(known, permissions),
    offeredPermissions: [...offered.union(new Set(permissions))],
  })
  emit(RoleDefined, role.version, { role: name, permissions: role.permissions })
}
