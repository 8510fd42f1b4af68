import { addressKey } from '@forecourt/platform/limit'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import type { Here } from '../db.ts'
import { failureBudgets } from './attempt.ts'
import { countFailure, refuseLocked } from './user.queries.ts'

interface Typed {
  userId: string
  /** The hash of the account's password. */
  known: string | null
  typed: string
}

/**
 * Checks the own password of somebody who is signed in. A wrong one counts like one at the
 * sign-in: a stolen token is no way to guess. Throws `password_wrong`.
 */
export async function provePassword(
  { db, attempts, passwords, address }: Here,
  { userId, known, typed }: Typed,
): Promise<void> {
  await refuseLocked(db, userId)
  const right = await attempts.guess(failureBudgets(addressKey(address), userId), async () => {
    const matches = await passwords.matches(typed, known)
    if (!matches) await countFailure(db, userId)
    return matches
  })
  if (!right) throw problem('password_wrong').concerning(userId)
}

/**
 * Whoever holds a token of an account with a password shows that one too, before what guards the
 * account changes. Answers the hash that was shown, null for an account without: the caller
 * compares it once the account is locked.
 */
export async function proveOwner(
  context: Here,
  [field, typed]: [field: string, typed: string | null | undefined],
): Promise<string | null> {
  const userId = context.me.userId ?? ''
  const account = await context.db
    .selectFrom('user')
    .select('passwordHash')
    .where('id', '=', userId)
    .executeTakeFirst()
  const known = account?.passwordHash ?? null
  if (known === null) return null
  if (!typed) throw fieldProblem(field, 'Password is required')
  await provePassword(context, { userId, known, typed })
  return known
}
