import type { Permission } from '@forecourt/contracts/permissions'
import { customerRoles, rolesOfAllCenters } from '@forecourt/contracts/roles'
import type pg from 'pg'
import { publicScope, type Scope } from './scope.ts'
import type { Claims } from './token.ts'

const ROLES_FRESH_MS = 500

/** Who asks. `userId` is null for an anonymous person. */
export interface Me {
  userId: string | null
  sessionId: string | null
  roles: readonly string[]
  /** Service centers of the person; empty for customers, anonymous people and administrators. */
  centers: readonly string[]
  permissions: ReadonlySet<string>
  claims: Claims | null
  may(permission: Permission): boolean
}

/** The person behind the claims, with what its roles allow at this moment. */
export function personOf(claims: Claims | undefined, permissions: ReadonlySet<string>): Me {
  return {
    userId: claims?.sub ?? null,
    sessionId: claims?.sid ?? null,
    roles: claims?.roles ?? [],
    centers: claims?.centers ?? [],
    permissions,
    claims: claims ?? null,
    may: (permission) => permissions.has(permission),
  }
}

/** Administrators belong to no center, and may act for each. */
export function isOfAllCenters({ roles }: Pick<Me, 'roles'>): boolean {
  return roles.some((role) => rolesOfAllCenters.includes(role))
}

/** Customers see what belongs to their own account; what staff notes for itself is not theirs. */
export function isCustomer({ roles }: Pick<Me, 'roles'>): boolean {
  return roles.every((role) => customerRoles.includes(role))
}

/** Which rows exist for this person. `subject` is the row that an anonymous address names. */
export function scopeOf(me: Me, subject: string | null): Scope {
  if (!me.userId || !me.sessionId || !me.claims) return publicScope(subject)
  const token = {
    sessionId: me.sessionId,
    issuedAt: new Date(me.claims.iat * 1_000).toISOString(),
  }
  const person = { userId: me.userId, subject, token }
  if (isOfAllCenters(me)) {
    return { ...person, kind: 'all', centers: null }
  }
  if (isCustomer(me)) {
    return { ...person, kind: 'own', centers: [] }
  }
  return { ...person, kind: 'centers', centers: me.centers }
}

export interface Roles {
  /** All that these roles allow, no staler than half a second. */
  permissionsOf(roles: readonly string[]): Promise<ReadonlySet<string>>
  /** Whether any role has arrived from identity; before that nobody may do anything. */
  areKnown(): Promise<boolean>
}

/** Reads the replica of identity's roles, at most twice a second. */
export function rolesOver(pool: pg.Pool): Roles {
  let known = new Map<string, string[]>()
  let readAt = -Infinity
  let running: Promise<void> | undefined

  async function read(): Promise<void> {
    const { rows } = await pool.query<{ role: string; permissions: string[] }>(
      'select role, permissions from role_permission',
    )
    known = new Map(rows.map(({ role, permissions }) => [role, permissions]))
    readAt = performance.now()
  }

  async function refresh(): Promise<void> {
    if (performance.now() - readAt < ROLES_FRESH_MS) return
    running ??= read().finally(() => (running = undefined))
    await running
  }

  return {
    async permissionsOf(roles) {
      if (roles.length === 0) return new Set()
      await refresh()
      return new Set(roles.flatMap((role) => known.get(role) ?? []))
    },
    async areKnown() {
      await refresh()
      return known.size > 0
    },
  }
}
