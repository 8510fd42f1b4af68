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
