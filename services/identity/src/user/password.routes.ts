import { randomBytes } from 'node:crypto'
import { AccountOtpRequested, PasswordResetRequested } from '@forecourt/contracts/identity-events'
import { sendCode } from '@forecourt/otp/send'
import { consumeCode, refusalOf, verifyCode } from '@forecourt/otp/verify'
import { strangersBudgets, type Budget } from '@forecourt/platform/limit'
import { seal } from '@forecourt/platform/personal'
import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { endpoint, type Here, type Means } from '../db.ts'
import { hashOf } from '../refresh-token.ts'
import { provePassword } from './own-password.queries.ts'
import {
  insertReset,
  livingReset,
  phoneToReset,
  replacePassword,
  selectProved,
  subjectOf,
  useReset,
} from './reset.queries.ts'
import { ChangePassword, ForgotPassword, resetCode, ResetPassword } from './reset.ts'
import { indexesOf } from './user.queries.ts'
import type { UserRow } from './user.ts'

export const changePassword = endpoint('PUT /auth/change-password', {
  about: 'Choose another password; all other sessions of the account end.',
  may: 'signed_in',
  // Failures and links of an account are for the house alone to see.
  acts: 'system',
  message: 'Password changed successfully',
  body: ChangePassword,
  returns: z.null(),
  before: proveCurrentPassword,
  async handle(context, { before: { userId, known, passwordHash } }) {
    // A password that was changed since it was checked is wrong now.
    if ((await lockedHash(context, userId)) !== known) throw problem('password_wrong')
    await replacePassword(context, userId, { passwordHash, except: context.me.sessionId })
    return null
  },
})

export const forgotPassword = endpoint('POST /auth/forgot-password', {
  about: 'Ask for a new password: a link goes to the e-mail address, or a code to the phone.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'If there is such an account, a message is on its way to it.',
  body: ForgotPassword,
  returns: z.null(),
  limits: (who, { body }) => askingBudgets(who, indexesOf(who.personal, body)),
  async handle(context, { body }) {
    if (body.email === undefined) await sendResetCode(context, body.phone ?? [])
    else await sendResetLink(context, body.email)
    return null
  },
})

export const resetPassword = endpoint('POST /auth/reset-password', {
  about: 'Choose a new password by the token of a link, or by the code of a phone.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'Password reset successfully',
  body: ResetPassword,
  returns: z.null(),
  limits: (who, { body }) =>
    strangersBudgets('reset-password', who, destinationsOf(provenBy(who, body))),
  before: proveReset,
  handle: (context, { before: proof }) => resetByProof(context, proof),
})

interface ProvenPassword {
  userId: string
  known: string
  passwordHash: string
}

async function proveCurrentPassword(
  context: Here,
  { body }: { body: ChangePassword },
): Promise<ProvenPassword> {
  const { db, me, passwords } = context
  const userId = me.userId ?? ''
  const account = await db
    .selectFrom('user')
    .select('passwordHash')
    .where('id', '=', userId)
    .executeTakeFirst()
  const known = account?.passwordHash ?? null
  await provePassword(context, { userId, known, typed: body.currentPassword })
  if (known === null) throw problem('password_wrong').concerning(userId)
  return { userId, known, passwordHash: await passwords.hash(body.newPassword) }
}

async function lockedHash({ db }: Here, userId: string): Promise<string | null | undefined> {
  const row = await db
    .selectFrom('user')
    .select('passwordHash')
    .where('id', '=', userId)
    .where('status', '=', 'active')
    .forUpdate()
    .executeTakeFirst()
  return row?.passwordHash
}

/** Whether there is an account or not, the same work is done; only the message is not sent. */
async function sendResetLink(context: Here, email: string): Promise<void> {
  const { db, personal, otp, emit } = context
  const emailIndex = personal.blindIndex('email', email)
  const account = await selectProved(db, 'email', emailIndex).executeTakeFirst()
  const token = randomBytes(32).toString('base64url')
  const asked = { emailIndex, userId: account?.id ?? null, token }
  const { id: resetId, expiresAt } = await insertReset(db, asked)
  const sealed = (what: string, value: string) =>
    seal(otp.transportKeys, value, `password-reset|${what}|${resetId}`)
  const link = { destination: sealed('destination', email), token: sealed('token', token) }
  if (!account) return
  emit(PasswordResetRequested, 1, { resetId, accountId: account.id, ...link, expiresAt })
}

/** A stranger's phone has a code too, which nobody is told; so wrong codes are answered alike. */
async function sendResetCode(context: Here, phones: string[]): Promise<void> {
  const { db, otp, emit, address } = context
  const { phone, index, account } = await phoneToReset(context, phones)
  const { requested } = await sendCode(otp, db, {
    policy: resetCode,
    subject: subjectOf(index),
    body: resetCode.purpose,
    to: [{ destination: phone, index, channels: ['sms'] }],
    address,
    serviceCenterId: null,
  })
  if (!account) return
  const accountId = account.id
  for (const code of requested) emit(AccountOtpRequested, 1, { ...code, accountId })
}

type Owner = Pick<UserRow, 'id' | 'role' | 'serviceCenterIds'>

type Proof = { passwordHash: string } & (
  | { otpId: string; phoneIndex: string }
  | { resetId: string; userId: string; emailIndex: string }
)

/** Before and apart from what it opens: a try stays counted whatever fails afterwards. */
async function proveReset(context: Here, { body }: { body: ResetPassword }): Promise<Proof> {
  const { db, otp, passwords } = context
  if (body.token !== undefined) {
    const reset = await livingReset(db, body.token)
    if (!reset?.userId) throw problem('reset_token_invalid')
    const { id: resetId, userId, emailIndex } = reset
    return { resetId, userId, emailIndex, passwordHash: await passwords.hash(body.password) }
  }
  const { index: phoneIndex } = await phoneToReset(context, body.phone ?? [])
  const presented = { policy: resetCode, subject: subjectOf(phoneIndex), code: body.otp ?? '' }
  const judged = await verifyCode(otp, db, presented)
  if (judged.end !== 'proved') throw refusalOf(judged)
  const { otpId } = judged
  return { otpId, phoneIndex, passwordHash: await passwords.hash(body.password) }
}

/** Uses the proof up and gives its account the new password; the audit names whose it was. */
async function resetByProof(context: Here, proof: Proof): Promise<null> {
  const { id, role, serviceCenterIds } =
    'otpId' in proof ? await ownerOfCode(context, proof) : await ownerOfLink(context, proof)
  await replacePassword(context, id, proof)
  context.proved({ userId: id, roles: [role], centers: serviceCenterIds })
  return null
}

/** The locked account whose link is used up now; the address must still be the account's own. */
async function ownerOfLink(
  { db }: Here,
  { resetId, userId, emailIndex }: Extract<Proof, { resetId: string }>,
): Promise<Owner> {
  const owner = await selectProved(db, 'email', emailIndex)
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirst()
  if (!owner || !(await useReset(db, resetId))) throw problem('reset_token_invalid')
  return owner
}

/** The locked account whose code is used up now. */
async function ownerOfCode(
  { db }: Here,
  { otpId, phoneIndex }: Extract<Proof, { otpId: string }>,
): Promise<Owner> {
  const owner = await selectProved(db, 'phone', phoneIndex).forUpdate().executeTakeFirst()
  if (!owner || !(await consumeCode(db, otpId))) throw problem('otp_wrong')
  return owner
}

/** A mailbox gets no more messages of a day than a phone. */
function askingBudgets(who: { address: string }, whom: string[]): Budget[] {
  const ofTheDay = whom.map((one) => ({
    key: `forgot-password:day:${one}`,
    count: 10,
    perS: 86_400,
  }))
  return [...strangersBudgets('forgot-password', who, destinationsOf(whom)), ...ofTheDay]
}

function destinationsOf(whom: string[]): string[] {
  return whom.map((one) => `destination:${one}`)
}

/** What stands for the account of a reset: its link, or each phone that may be meant. */
function provenBy({ personal }: Means, body: ResetPassword): string[] {
  return body.token === undefined ? indexesOf(personal, body) : [hashOf(body.token)]
}
