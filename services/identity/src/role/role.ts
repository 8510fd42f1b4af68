import type { ErrorReason } from '@forecourt/contracts/errors'
import { allPermissions } from '@forecourt/contracts/permissions'
import { customerRoles, rolesOfAllCenters, startingRoles } from '@forecourt/contracts/roles'
import { typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'

/** A bundle of permissions that an account has. */
export const RoleRow = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  permissions: z.array(z.string()),
  /** What releases have brought so far; see `permissionsAfterRelease`. */
  offeredPermissions: z.array(z.string()),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type RoleRow = z.infer<typeof RoleRow>

export const Role = RoleRow.omit({ offeredPermissions: true }).meta({ id: 'Role' })
export type Role = z.infer<typeof Role>

const Permissions = z
  .array(z.enum(allPermissions, 'There is no such permission'))
  .max(allPermissions.length)
  .transform((permissions) => [...new Set(permissions)].toSorted())
  .describe('What its holders may do; each of it the caller must have.')

const Description = typedText('Description').trim().min(1, 'Description is required').max(200)

export const DefineRole = z.object({
  name: typedText('Name')
    .regex(/^[a-z][a-z0-9_]{1,39}$/, 'Must have small letters, digits and _, such as desk_lead')
    .describe('What accounts name it by; it stays.'),
  description: Description.describe('What the role is for.'),
  permissions: Permissions,
})
export type DefineRole = z.infer<typeof DefineRole>

/** Absent means unchanged. */
export const ChangeRole = DefineRole.omit({ name: true }).partial()

/** The role as its answers show it. */
export function shownRole(row: RoleRow): Role {
  const { id, name, description, permissions, version, createdAt, updatedAt } = row
  return { id, name, description, permissions, version, createdAt, updatedAt }
}

/** What is wrong with giving a role these permissions, whoever does it. */
export function faultOfPermissions(
  name: string,
  permissions: readonly string[],
): [reason: ErrorReason, details: Record<string, string>] | undefined {
  const wanted = new Set(permissions)
  if (rolesOfAllCenters.includes(name) && !allPermissions.every((one) => wanted.has(one))) {
    return ['administrators_keep_all', {}]
  }
  // In the reach of a customer lie the own invoices: a right of staff would be one over them.
  if (customerRoles.includes(name)) {
    const rest = wanted.difference(new Set(startingPermissions[name]))
    const named = { permissions: [...rest].join(', ') }
    if (rest.size > 0) return ['permission_not_for_customers', named]
  }
  return undefined
}

const startingPermissions: Record<string, readonly string[]> = startingRoles

/** What a change gives that its author does not have. */
export function givenUnowned(
  before: readonly string[],
  after: readonly string[],
  mine: ReadonlySet<string>,
): string[] {
  const known = new Set(before)
  return after.filter((permission) => !known.has(permission) && !mine.has(permission))
}

/**
 * A role's permissions once a release has brought its own: what is new is added, and what an
 * administrator has taken away or given stays so.
 */
export function permissionsAfterRelease(
  role: Pick<RoleRow, 'permissions' | 'offeredPermissions'>,
  brought: readonly string[],
): string[] {
  const fresh = new Set(brought).difference(new Set(role.offeredPermissions))
  return [...new Set(role.permissions).union(fresh)]
}
