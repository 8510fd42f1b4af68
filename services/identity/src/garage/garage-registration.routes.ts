import { AccountOtpRequested } from '@forecourt/contracts/identity-events'
import { sendCode, servedCountry } from '@forecourt/otp/send'
import { consumeCode, verifyCode, type Judgement } from '@forecourt/otp/verify'
import { problem, type Problem } from '@forecourt/platform/problem'
import type { z } from 'zod'
import { endpoint, type Here } from '../db.ts'
import { refuseTaken, type ProvedBy } from '../user/contact.queries.ts'
import {
  contactBudgets,
  findByContact,
  keepForm,
  liveUntil,
  lockRegistration,
  makeRoom,
  noteProof,
  type Registration,
} from './garage-registration.queries.ts'
import {
  AskForCodes,
  CodesSent,
  garageCode,
  OwnerRegistered,
  RegisterOwner,
  Verified,
  VERIFIED_LIFE_S,
  VerifyContact,
  type GarageForm,
} from './garage-registration.ts'

export const registerOwner = endpoint('POST /auth/register/step1', {
  about: 'Ask to open a garage; one code goes out by e-mail, another one by SMS.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  errors: 'list',
  // Whoever holds the answer's `userId` may go on: nobody else is to read it.
  audits: 'deed',
  message: 'Registration successful. Please verify your email or phone number.',
  body: RegisterOwner,
  returns: OwnerRegistered,
  limits: (who, { body }) => contactBudgets('auth.register.step1', who, body),
  before: settlePassword,
  handle: (context, { body, before }) => register(context, { ...body, passwordHash: before }),
})

export const verifyContact = endpoint('POST /auth/verify', {
  about: 'Prove the e-mail address or the phone of a garage’s owner by its code.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  errors: 'list',
  status: 200,
  message: 'Verification successful. Your account is now active.',
  body: VerifyContact,
  returns: Verified,
  limits: (who, { body }) => contactBudgets('auth.verify', who, body),
  before: proveCode,
  handle: (context, { before }) => verify(context, before),
})

export const resendCodes = endpoint('POST /auth/verify/resend', {
  about: 'Send two other codes for a garage’s registration; the former ones are void.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  errors: 'list',
  status: 200,
  message: 'Verification code sent successfully',
  body: AskForCodes,
  returns: CodesSent,
  limits: (who, { body }) => contactBudgets('auth.verify.resend', who, body),
  handle: resend,
})

/** A hash takes a quarter of a second, in which no transaction should stand. */
async function settlePassword(
  context: Here,
  { body: { email, phoneNumber: phone, password } }: { body: RegisterOwner },
): Promise<string> {
  servedCountry(context.otp, phone, 'phoneNumber')
  await refuseTaken(context, { email, phone }, ['email', 'phone'])
  return context.passwords.hash(password)
}

async function register(
  context: Here,
  { fullName, email, phoneNumber, passwordHash }: GarageForm,
): Promise<z.input<typeof OwnerRegistered>> {
  const form = { fullName, email, phoneNumber, passwordHash }
  await makeRoom(context, form)
  await refuseTaken(context, { email, phone: phoneNumber }, ['email', 'phone'])
  const { registration, handle } = await keepForm(context, form)
  const sent = await sendCodes(context, registration)
  return { userId: handle, email, phoneNumber, requiresVerification: true, ...sent }
}

async function resend(
  context: Here,
  { body }: { body: z.output<typeof AskForCodes> },
): Promise<z.input<typeof CodesSent>> {
  const found = await findByContact(context, body)
  const registration = found && (await lockRegistration(context, found.id))
  if (registration?.status !== 'pending_verification') throw problem('garage_code_not_awaited')
  const { email, phoneNumber: phone } = registration.form
  await refuseTaken(context, { email, phone }, ['email', 'phone'])
  return sendCodes(context, registration)
}

/** Must come last in its transaction: what fails after it has cost a code. */
async function sendCodes(
  context: Here,
  { id, form: { email, phoneNumber } }: Pick<Registration, 'id' | 'form'>,
): Promise<z.input<typeof CodesSent>> {
  const { db, address, emit, otp, personal } = context
  const indexOf = { sms: personal.blindIndex('phone', phoneNumber) }
  const { requested, codes, expiresAt } = await sendCode(otp, db, {
    policy: garageCode,
    subject: id,
    // A registration's form never changes; another form is another registration.
    body: id,
    to: [
      { destination: phoneNumber, index: indexOf.sms, channels: ['sms'] },
      { destination: email, index: personal.blindIndex('email', email), channels: ['email'] },
    ],
    address,
    serviceCenterId: null,
  })
  await liveUntil(context, id, expiresAt)
  for (const [at, code] of requested.entries()) emit(AccountOtpRequested, at + 1, code)
  const [sms, byEmail] = codes ?? []
  return sms && byEmail ? { otp_for_testing: { sms, email: byEmail } } : {}
}

interface Proven {
  registrationId: string
  otpId: string
  proof: ProvedBy
}

/**
 * Judges a code, before and apart from what it opens: a try stays counted whatever fails
 * afterwards. Who named no registration is answered like who typed a wrong code.
 */
async function proveCode(
  context: Here,
  { body: { code, ...contact } }: { body: z.output<typeof VerifyContact> },
): Promise<Proven> {
  const { db, otp } = context
  const registration = await findByContact(context, contact)
  if (!registration) throw problem('verification_code_wrong')
  const subject = registration.id
  const judged = await verifyCode(otp, db, { policy: garageCode, subject, code })
  if (judged.end !== 'proved') throw refusalOf(judged)
  const proof = judged.recipient === 1 ? 'phone' : 'email'
  return { registrationId: registration.id, otpId: judged.otpId, proof }
}

/** The requirement has words of its own for the codes of a garage. */
function refusalOf(judged: Exclude<Judgement, { end: 'proved' }>): Problem {
  if (judged.end === 'expired') return problem('verification_code_expired')
  if (judged.end === 'exhausted') return problem('verification_code_exhausted')
  return problem('verification_code_wrong')
}

/** Whatever fails leaves the proved code as it is; so the other one may be presented instead. */
async function verify(
  context: Here,
  { registrationId, otpId, proof }: Proven,
): Promise<z.input<typeof Verified>> {
  const registration = await lockRegistration(context, registrationId)
  // The same code was presented twice, and the other one was first.
  if (registration?.status !== 'pending_verification') throw problem('verification_code_wrong')
  if (!(await consumeCode(context.db, otpId))) throw problem('verification_code_expired')
  const { email, phoneNumber: phone } = registration.form
  await refuseTaken(context, { email, phone }, [proof])
  await noteProof(context, registration.id, { proved: proof, lifeS: VERIFIED_LIFE_S })
  return {}
}
