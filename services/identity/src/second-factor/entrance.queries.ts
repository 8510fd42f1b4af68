import { problem } from '@forecourt/platform/problem'
import { sql } from 'kysely'
import type { Here } from '../db.ts'
import { openSession } from '../session/session.queries.ts'
import type { SignedIn } from '../session/session.ts'
import type { Sign } from '../signing-key/signing-key.ts'
import { forgetFailures, refuseBarred, selectUsers, shownUser } from '../user/user.queries.ts'
import { owedFactor, type UserAndReach, type UserRow } from '../user/user.ts'
import { openChallenge } from './challenge.queries.ts'
import type { Entered } from './second-factor.ts'

type Entering = Here & { sign: Sign }

/**
 * Lets somebody in who has proved the first factor, be it a password or a code: with tokens, or
 * with a challenge where the second factor is missing. Every way of signing in ends here. The
 * account's row must be locked.
 */
export async function enter(context: Entering, user: UserAndReach): Promise<Entered> {
  const { db, proved, settingOf } = context
  const owed = owedFactor(user, 'unproved', settingOf('mfaRequiredForRoles'))
  if (!owed) return signIn(context, user, 'unproved')
  await refuseBarred(db, user)
  proved({ userId: user.id, roles: [user.role], centers: user.serviceCenterIds })
  return openChallenge(db, user.id, owed)
}

/** Hands a locked account its tokens, behind the one door. */
export async function signIn(
  context: Entering,
  user: UserAndReach,
  secondFactor: 'proved' | 'unproved',
): Promise<SignedIn> {
  const { db, personal, proved } = context
  const { lastLoginAt } = await noteLogin(context, user.id)
  const tokens = await openSession(context, user, secondFactor)
  proved({ userId: user.id, roles: [user.role], centers: user.serviceCenterIds })
  await forgetFailures(db, user.id)
  return { user: shownUser(personal, { ...user, lastLoginAt }), ...tokens }
}

/** The account as it stands: what it may do can no longer change before the session is there. */
export async function lockedAccount(
  { db }: Pick<Entering, 'db'>,
  userId: string,
): Promise<UserAndReach> {
  const user = await selectUsers(db).where('id', '=', userId).forUpdate().executeTakeFirst()
  if (!user) throw problem('not_found')
  return user
}

async function noteLogin({ db }: Entering, userId: string): Promise<Pick<UserRow, 'lastLoginAt'>> {
  return db
    .updateTable('user')
    .set({ lastLoginAt: sql<string>`now()` })
    .where('id', '=', userId)
    .returning('lastLoginAt')
    .executeTakeFirstOrThrow()
}
