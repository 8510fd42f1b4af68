import type { Context } from '@forecourt/platform/endpoint'
import { addressKey } from '@forecourt/platform/limit'
import { problem } from '@forecourt/platform/problem'
import type { Means, Tables } from '../db.ts'
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
  { db, attempts, passwords, address }: Context<Tables> & Means,
  { userId, known, typed }: Typed,
): Promise<void> {
  await refuseLocked(db, userId)
  const right = await attempts.guess(failureBudgets(userId, addressKey(address)), async () => {
    const matches = await passwords.matches(typed, known)
    if (!matches) await countFailure(db, userId)
    return matches
  })
  if (!right) throw problem('password_wrong').concerning(userId)
}
