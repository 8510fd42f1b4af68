import { problem } from '@forecourt/platform/problem'
import { lockRow } from '@forecourt/platform/row'
import { z } from 'zod'
import { endpoint, type Here } from '../db.ts'
import { endSessionsOf } from '../session/ending.queries.ts'
import { refuseUnmanaged, shownAccount } from '../user/account.queries.ts'
import { Account } from '../user/account.ts'
import { proveOwner } from '../user/own-password.queries.ts'
import { selectUsers, tellingUser } from '../user/user.queries.ts'
import type { UserRow } from '../user/user.ts'
import { forgetChallenges } from './challenge.queries.ts'
import { lockedAccount } from './entrance.queries.ts'
import {
  Confirmed,
  DisableFactor,
  EnrollFactor,
  Enrollment,
  PresentFactor,
} from './second-factor.ts'
import {
  beginFactor,
  disableFactor,
  enableFactor,
  proveCode,
  useProof,
} from './second-factor.queries.ts'

export const enrollFactor = endpoint('POST /auth/mfa/enroll', {
  about: 'Set up a second factor: the secret for an authenticator app. It does not count yet.',
  may: 'signed_in',
  // What guards an account is for the house alone to see.
  acts: 'system',
  answers: 'tokens',
  body: EnrollFactor,
  returns: Enrollment,
  before: proveEnroller,
  handle: async (context, { before: known }) =>
    beginFactor(context, await provenAccount(context, known)),
})

export const confirmFactor = endpoint('POST /auth/mfa/confirm', {
  about: 'Confirm the second factor by a code of the app; all other sessions end.',
  may: 'signed_in',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'Second factor enabled',
  body: PresentFactor,
  returns: Confirmed,
  before: proveNewFactor,
  async handle(context, { before: proof }) {
    const user = await ownAccount(context)
    return {
      recoveryCodes: await enableFactor(context, user, { proof, except: context.me.sessionId }),
    }
  },
})

export const disableOwnFactor = endpoint('POST /auth/mfa/disable', {
  about: 'Take the second factor away, by the password and a code.',
  may: 'signed_in',
  acts: 'system',
  status: 200,
  message: 'Second factor disabled',
  body: DisableFactor,
  returns: z.null(),
  before: proveBoth,
  async handle(context, { before: { proof, known } }) {
    const user = await provenAccount(context, known)
    await useProof(context.db, proof)
    await disableFactor(context.db, user.id)
    await forgetChallenges(context.db, user.id)
    return null
  },
})

export const resetFactor = endpoint('DELETE /admin/users/:id/mfa', {
  about: 'Take the second factor from somebody who has lost it; the sessions of the account end.',
  may: 'user.update',
  message: 'Second factor reset',
  returns: Account,
  async handle(context, { params: { id } }) {
    const { db, me } = context
    const row = await lockRow<UserRow>(tellingUser(context), 'user', id)
    // Whoever holds only a token of an account must not get rid of what guards it.
    if (id === me.userId) throw problem('mfa_own')
    await refuseUnmanaged(context, row)
    await disableFactor(db, id)
    await forgetChallenges(db, id)
    await endSessionsOf(context, id, { endedBy: 'second_factor' })
    return shownAccount(context, await selectUsers(db).where('id', '=', id).executeTakeFirst())
  },
})

function ownAccount(context: Here) {
  return lockedAccount(context, context.me.userId ?? '')
}

/** Who holds a token alone must not lock the account's own person out. */
function proveEnroller(context: Here, { body }: { body: z.infer<typeof EnrollFactor> }) {
  return proveOwner(context, ['currentPassword', body.currentPassword])
}

/** A password that was changed since it was checked is wrong now. */
async function provenAccount(context: Here, known: string | null) {
  const user = await ownAccount(context)
  if (user.passwordHash !== known) throw problem('password_wrong')
  return user
}

async function proveNewFactor(context: Here, { body }: { body: z.infer<typeof PresentFactor> }) {
  const { db, me } = context
  const account = await selectUsers(db)
    .where('id', '=', me.userId)
    .where('mfaEnabled', '=', true)
    .executeTakeFirst()
  if (account) throw problem('mfa_already_enabled')
  return proveCode(context, me.userId ?? '', body.code)
}

/** An account that signs in by code has no password; its second factor is all there is to show. */
async function proveBoth(context: Here, { body }: { body: DisableFactor }) {
  const userId = context.me.userId ?? ''
  const account = await selectUsers(context.db).where('id', '=', userId).executeTakeFirst()
  if (!account?.mfaEnabled) throw problem('mfa_not_enrolled')
  const known = await proveOwner(context, ['password', body.password])
  return { known, proof: await proveCode(context, userId, body.code) }
}
