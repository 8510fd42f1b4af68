import { servedCountry } from '@forecourt/otp/send'
import { consumeCode } from '@forecourt/otp/verify'
import { problem } from '@forecourt/platform/problem'
import type { z } from 'zod'
import { endpoint, type Here } from '../db.ts'
import { enterByPhone, openPhoneAccount } from '../phone-proof/phone-account.queries.ts'
import {
  PhoneCodeSent,
  PhoneSignedIn,
  PresentPhoneCode,
  type TypedPhone,
} from '../phone-proof/phone-proof.ts'
import { budgetsOf, findProof, forgetProof, lockProof } from '../phone-proof/phone-proof.queries.ts'
import { provePhone, sendPhoneCode, type ProvenPhone } from '../phone-proof/phone-code.queries.ts'
import { lockPhone } from '../sign-up/sign-up.queries.ts'
import { holderOf } from './code-login.queries.ts'
import { AskToSignIn } from './code-login.ts'

const PURPOSE = 'code-login'
/** Many people sign in from one address. */
const people = { perAddress: 30, perDestination: 10 }

export const askToSignIn = endpoint('POST /auth/login/otp', {
  about: 'Ask to sign in without a password; a code goes to the phone by SMS.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'OTP sent successfully to your phone',
  invalid: 'phone_form_invalid',
  body: AskToSignIn,
  returns: PhoneCodeSent,
  limits: (who, { body: { typed } }) => budgetsOf('auth.login.otp', who, typed, people),
  handle: (context, { body }) => sendSignInCode(context, body),
})

export const signInByCode = endpoint('POST /auth/login/otp/verify', {
  about: 'Sign in by the code that came to the phone.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'Login successful',
  invalid: 'phone_form_invalid',
  body: PresentPhoneCode,
  returns: PhoneSignedIn,
  limits: (who, { body: { phone: typed } }) =>
    budgetsOf('auth.login.otp.verify', who, typed, people),
  before: proveSignIn,
  handle: (context, { before }) => signIn(context, before),
})

/** A stranger is answered like a member, after the same work; only the message is not sent. */
async function sendSignInCode(
  context: Here,
  asked: TypedPhone,
): Promise<z.input<typeof PhoneCodeSent>> {
  servedCountry(context.otp, asked.phone, 'country_code')
  const holder = await holderOf(context, asked.phone)
  const isBrought = holder !== undefined && (holder.account?.status ?? 'active') === 'active'
  return sendPhoneCode(context, PURPOSE, asked, { isBrought, toDo: 'login' })
}

/** Before and apart from what it opens: a try stays counted whatever fails afterwards. */
async function proveSignIn(
  context: Here,
  { body: { phone: typed, otp: code } }: { body: PresentPhoneCode },
): Promise<ProvenPhone> {
  const proof = await findProof(context, PURPOSE, typed)
  if (!proof) throw problem('phone_code_missing')
  return provePhone(context, PURPOSE, { proof, typed, code })
}

/** Lets in whose phone it is; a customer who came by the form alone gets an account first. */
async function signIn(
  context: Here,
  { proof, typed, otpId, sign }: ProvenPhone,
): Promise<PhoneSignedIn> {
  const { db } = context
  const waiting = await lockProof(context, PURPOSE, typed)
  // The digits mean somebody else's phone since, or the same code was brought twice.
  if (waiting?.id !== proof.id) throw problem('phone_code_expired')
  // Nobody else opens an account for this phone meanwhile.
  await lockPhone(context, proof.phone)
  const holder = await holderOf(context, proof.phone)
  if (!holder || !(await consumeCode(db, otpId))) throw problem('phone_code_wrong')
  const user = holder.account ?? (await openPhoneAccount(context, proof))
  if (!user) throw problem('phone_code_wrong')
  await forgetProof(context, proof.id)
  return enterByPhone({ ...context, sign }, user, { ...proof, typed })
}
