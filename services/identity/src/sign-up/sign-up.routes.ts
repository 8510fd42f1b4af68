import { AccountOtpRequested } from '@forecourt/contracts/identity-events'
import { sendCode, servedCountry } from '@forecourt/otp/send'
import { consumeCode, refusalOf, verifyCode } from '@forecourt/otp/verify'
import { problem } from '@forecourt/platform/problem'
import type { z } from 'zod'
import { endpoint, type Here } from '../db.ts'
import { refuseTaken, takeUnproved } from '../user/contact.queries.ts'
import { createUser } from '../user/user.queries.ts'
import {
  budgetsOf,
  findWaiting,
  forgetWaiting,
  lockWaiting,
  renewWaiting,
  replaceForm,
  type Waiting,
} from './sign-up.queries.ts'
import {
  AskForCode,
  AskToSignUp,
  canonicalText,
  CodeSent,
  PresentCode,
  SignedUp,
  signUpCode,
} from './sign-up.ts'

export const askToSignUp = endpoint('POST /customers/send-otp', {
  about: 'Ask for an account as a customer; a code goes to the phone by SMS.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  flat: true,
  status: 200,
  message: 'OTP sent successfully to your phone number',
  body: AskToSignUp,
  returns: CodeSent,
  limits: (who, { body }) => budgetsOf('customers.send-otp', who, body.phone),
  before: settlePassword,
  handle: (context, { body, before }) => openSignUp(context, body, before),
})

export const proveSignUp = endpoint('POST /customers/verify-otp', {
  about: 'Prove the phone by its code: the account is open, and its person a customer.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  flat: true,
  message: 'Customer registered successfully',
  body: PresentCode,
  returns: SignedUp,
  limits: (who, { body }) => budgetsOf('customers.verify-otp', who, body.phone),
  before: proveCode,
  handle: (context, { body, before }) => signUp(context, body.phone, before),
})

export const resendSignUpCode = endpoint('POST /customers/resend-otp', {
  about: 'Send another code for a sign-up that waits; the former one is void.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  flat: true,
  status: 200,
  message: 'OTP resent successfully',
  body: AskForCode,
  returns: CodeSent,
  limits: (who, { body }) => budgetsOf('customers.resend-otp', who, body.phone),
  handle: resendCode,
})

/** The code goes to the phone. */
const PROVES = ['phone'] as const

interface SettledPassword {
  hash: string
  /** The sign-up that waited while the password was settled. */
  waitingId: string | undefined
}

/**
 * Hashes the password, which no transaction should wait for; the one that waits already keeps its
 * hash, by which the same form is known to be the same.
 */
async function settlePassword(
  context: Here,
  { body }: { body: AskToSignUp },
): Promise<SettledPassword> {
  const { otp, passwords } = context
  servedCountry(otp, body.phone, 'phone')
  await refuseTaken(context, contactsOf(body), PROVES)
  const waiting = await findWaiting(context, body.phone)
  const known = waiting?.form.passwordHash ?? null
  const isSame = known !== null && (await passwords.matches(body.password, known))
  const hash = isSame ? known : await passwords.hash(body.password)
  return { hash, waitingId: waiting?.id }
}

/** Keeps a form and sends its code; the same form again is no new one, and gets a new code. */
async function openSignUp(
  context: Here,
  { name, email, phone }: AskToSignUp,
  { hash, waitingId }: SettledPassword,
): Promise<z.input<typeof CodeSent>> {
  const waiting = await lockWaiting(context, phone)
  await refuseTaken(context, { phone, email }, PROVES)
  // Another request for this phone was first, and its code is on its way.
  if (waiting && waiting.id !== waitingId) {
    throw problem('otp_cooldown', { retryAfterS: context.otp.cooldownS })
  }
  const form = { name, email, phone, passwordHash: hash }
  const isSame = waiting && canonicalText(waiting.form) === canonicalText(form)
  return awaitCode(context, isSame ? waiting : await replaceForm(context, form))
}

/** Sends another code for a form that still waits; whoever has none is told to begin anew. */
async function resendCode(
  context: Here,
  { body: { phone } }: { body: z.output<typeof AskForCode> },
): Promise<z.input<typeof CodeSent>> {
  const waiting = await lockWaiting(context, phone)
  if (!waiting) throw problem('otp_expired')
  await refuseTaken(context, contactsOf(waiting.form), PROVES)
  return awaitCode(context, waiting)
}

/** Must come last in its transaction: what fails after it has cost a code. */
async function awaitCode(context: Here, { id, form }: Waiting): Promise<z.input<typeof CodeSent>> {
  const { db, address, emit, otp, personal } = context
  const { phone } = form
  await renewWaiting(context, id)
  const index = personal.blindIndex('phone', phone)
  const { requested, codes } = await sendCode(otp, db, {
    policy: signUpCode,
    subject: id,
    body: canonicalText(form),
    to: [{ destination: phone, index, channels: ['sms'] }],
    address,
    serviceCenterId: null,
  })
  for (const [at, code] of requested.entries()) emit(AccountOtpRequested, at + 1, code)
  return { phone, otp_for_testing: codes?.[0] }
}

/**
 * Judges a code, before and apart from what it opens: a try stays counted whatever fails
 * afterwards. A phone that waits for no code is answered like a wrong one, with or without account.
 */
async function proveCode(
  context: Here,
  { body: { phone, otp: code } }: { body: z.output<typeof PresentCode> },
): Promise<string> {
  const { db, otp } = context
  const waiting = await findWaiting(context, phone)
  if (!waiting) throw problem('otp_wrong')
  const judged = await verifyCode(otp, db, { policy: signUpCode, subject: waiting.id, code })
  // How many tries are left would tell that somebody waits.
  if (judged.end === 'wrong') throw problem('otp_wrong')
  if (judged.end !== 'proved') throw refusalOf(judged)
  return judged.otpId
}

/** Opens the account of a proved phone. Whatever fails leaves the proved code as it is. */
async function signUp(
  context: Here,
  phone: string,
  otpId: string,
): Promise<z.input<typeof SignedUp>> {
  const waiting = await lockWaiting(context, phone)
  // The same code was presented twice, and the other one was first.
  if (!waiting) throw problem('otp_wrong')
  if (!(await consumeCode(context.db, otpId))) throw problem('otp_expired')
  const { name: fullName, ...form } = waiting.form
  await takeUnproved(context, { phone })
  const user = await createUser(context, {
    ...form,
    fullName,
    // No code went to it.
    emailProvedAt: null,
    role: 'mobile_user',
    status: 'active',
    serviceCenterIds: [],
  })
  if (!user) throw problem('account_exists')
  await forgetWaiting(context, waiting.id)
  context.proved({ userId: user.id, roles: [user.role], centers: [] })
  return { customerId: user.id }
}

function contactsOf({ email, phone }: Pick<AskToSignUp, 'email' | 'phone'>) {
  return { email, phone }
}
