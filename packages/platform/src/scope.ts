/**
 * Which rows exist for the one who asks. The road sets it at the head of every transaction and
 * the policies of the tables apply it; a missing scope sees nothing.
 */
export interface Scope {
  kind: 'all' | 'centers' | 'own' | 'public' | 'system'
  /** Service centers that are visible; null under `system` means every center. */
  centers: readonly string[] | null
  userId: string | null
  /** The one row that an anonymous person may read back, named in the address. */
  subject: string | null
  /** The token to check for revocation in the same round trip. */
  token: { sessionId: string; issuedAt: string } | null
}

const nobody = { centers: null, userId: null, subject: null, token: null }

/** The house itself acts: consumers, jobs and timers; over one center, or over all. */
export function systemScope(center?: string | null): Scope {
  return { ...nobody, kind: 'system', centers: center ? [center] : null }
}

export function publicScope(subject: string | null): Scope {
  return { ...nobody, kind: 'public', subject }
}

const SET_SCOPE = `select set_config('scope.kind', $1, true), set_config('scope.centers', $2, true),
  set_config('scope.user', $3, true), set_config('scope.subject', $4, true),
  set_config('transaction_read_only', $5, true), refuse_ended_session($6::uuid, $7::timestamptz)`

/** The one statement that sets the scope, and fails for a token that no longer counts. */
export function scopeStatement(
  scope: Scope,
  access: 'read only' | 'read write' = 'read write',
): { text: string; values: (string | null)[] } {
  const centers = scope.centers === null ? '' : `{${scope.centers.join(',')}}`
  return {
    text: SET_SCOPE,
    values: [
      scope.kind,
      centers,
      scope.userId ?? '',
      scope.subject ?? '',
      access === 'read only' ? 'on' : 'off',
      scope.token?.sessionId ?? null,
      scope.token?.issuedAt ?? null,
    ],
  }
}
