import { recordDeed } from '@forecourt/platform/audit'
import { addressKey } from '@forecourt/platform/limit'
import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { endpoint, type Here } from '../db.ts'
import { enter } from '../second-factor/entrance.queries.ts'
import { Entered } from '../second-factor/second-factor.ts'
import type { Sign } from '../signing-key/signing-key.ts'
import { failureBudgets } from '../user/attempt.ts'
import {
  countFailure,
  forgetFailures,
  indexesOf,
  refuseLocked,
  selectUsers,
} from '../user/user.queries.ts'
import { Credentials, type UserAndReach } from '../user/user.ts'
import { endSession } from './ending.queries.ts'
import {
  grantTokens,
  judgeToken,
  newestRefusalOf,
  rotate,
  sessionOf,
  successorOf,
} from './session.queries.ts'
import { RefreshSession, Tokens } from './session.ts'

export const login = endpoint('POST /auth/login', {
  about: 'Sign in with e-mail address or phone number, and password.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'Login successful',
  body: Credentials,
  returns: Entered,
  before: proveCredentials,
  async handle(context, { before: proven }) {
    return enter({ ...context, sign: proven.sign }, await lockProven(context, proven))
  },
})

export const refreshSession = endpoint('POST /auth/refresh-token', {
  about: 'Exchange a refresh token for a new one and a new access token.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'Token refreshed',
  body: RefreshSession,
  returns: Tokens,
  before: exchange,
  async handle({ proved }, { before: { tokens, user } }) {
    proved({ userId: user.id, roles: [user.role], centers: user.serviceCenterIds })
    return tokens
  },
})

export const logout = endpoint('POST /auth/logout', {
  about: 'Sign out: end the session of the token.',
  may: 'signed_in',
  status: 200,
  message: 'Logged out',
  returns: z.null(),
  async handle(context) {
    const { sessionId } = context.me
    if (sessionId) await endSession(context, sessionId, 'logout')
    return null
  },
})

interface Proven {
  id: string
  passwordHash: string | null
  sign: Sign
}

/**
 * Finds the account and checks the password; strangers and members cost and learn the same. A wrong
 * one counts for whatever was meant, so that no spelling of a phone has guesses of its own.
 */
async function proveCredentials(context: Here, { body }: { body: Credentials }): Promise<Proven> {
  const { password, ...typed } = body
  const { db, passwords, attempts, signer, address } = context
  const meant = await accountsMeant(context, typed)
  const { account } = meant.find((one) => one.account) ?? {}
  const subjects = meant.map((one) => one.account?.id ?? one.index)
  for (const subject of subjects) await refuseLocked(db, subject)
  const right = await attempts.guess(failureBudgets(addressKey(address), ...subjects), async () => {
    const matches = await passwords.matches(password, account?.passwordHash ?? null)
    if (!matches) for (const subject of subjects) await countFailure(db, subject)
    return matches
  })
  // The line names the account that was tried, and never what was typed.
  if (!right || !account) throw problem('credentials_wrong').concerning(account?.id)
  // What was counted where nobody is must not add up over the typing errors of months.
  const nobodys = meant.filter((one) => !one.account).map(({ index }) => index)
  for (const index of nobodys) await forgetFailures(db, index)
  return { ...account, sign: await signer.ready() }
}

/** What may be meant, the likeliest first; there is no account behind some of the digests. */
async function accountsMeant({ db, personal }: Here, typed: Omit<Credentials, 'password'>) {
  const indexes = indexesOf(personal, typed)
  const column = typed.email === undefined ? 'phoneIndex' : 'emailIndex'
  const accounts = await db
    .selectFrom('user')
    .select(['id', 'passwordHash', `${column} as index`])
    .where(column, 'in', indexes)
    .execute()
  return indexes.map((index) => ({ index, account: accounts.find((one) => one.index === index) }))
}

/** A password that was changed since it was checked is wrong now, and can no longer change. */
async function lockProven({ db }: Here, { id, passwordHash }: Proven): Promise<UserAndReach> {
  const account = await selectUsers(db)
    .where('id', '=', id)
    .where('passwordHash', '=', passwordHash)
    .forUpdate()
    .executeTakeFirst()
  if (!account) throw problem('credentials_wrong').concerning(id)
  return account
}

interface Exchanged {
  tokens: Tokens
  user: UserAndReach
}

/** In a transaction of its own: the end of a copied token's session outlives the refusal. */
async function exchange(context: Here, { body }: { body: RefreshSession }): Promise<Exchanged> {
  const { apart, signer, lifetimes, settingOf } = context
  const presented = body.refreshToken
  const sign = await signer.ready()
  const exchanged = await apart(context.requestId, async ({ db, emit }) => {
    const found = await sessionOf(db, presented)
    if (!found) return undefined
    const user = await selectUsers(db).where('id', '=', found.userId).forShare().executeTakeFirst()
    const judged = await judgeToken(db, found.id, presented)
    if (!user || !judged || judged.verdict === 'dead') return undefined
    const { session, verdict } = judged
    if (verdict === 'reused') {
      await endSession({ db, emit, lifetimes }, session.id, 'reuse')
      recordReuse(context, emit, { sessionId: session.id, userId: user.id, role: user.role })
      return undefined
    }
    const refreshToken =
      verdict === 'current'
        ? await rotate({ db, lifetimes }, session, presented)
        : successorOf(session, presented)
    // A session stands for the second factor that opened it.
    const granted = {
      sessionId: session.id,
      refreshToken,
      secondFactor: 'proved' as const,
      issuedAtS: await newestRefusalOf(db, session.id),
    }
    return { tokens: await grantTokens({ db, sign, lifetimes, settingOf }, user, granted), user }
  })
  if (!exchanged) throw problem('refresh_token_invalid')
  return exchanged
}

function recordReuse(
  { me, address, requestId, now }: Here,
  emit: Here['emit'],
  { userId, sessionId, role }: { userId: string; sessionId: string; role: string },
): void {
  recordDeed(emit, 'identity', {
    me: { ...me, userId, sessionId, roles: [role] },
    address,
    requestId,
    at: now,
    action: 'POST /auth/refresh-token',
    entity: 'session',
    entityId: sessionId,
    outcome: 'refused',
    reason: 'refresh_token_reused',
  })
}
