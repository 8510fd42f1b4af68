import { phonesMeant } from '@forecourt/contracts/phone'
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
import { registering } from '../user/staff-registration.queries.ts'
import { AskByPhone, isOfStaff } from './phone-sign-up.ts'

const PURPOSE = 'phone-sign-up'

const askByPhone = endpoint('POST /auth/register', {
  about: 'Ask for an account by a phone alone; a code goes to it by SMS.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'OTP sent successfully to your phone',
  invalid: 'phone_form_invalid',
  body: AskByPhone,
  returns: PhoneCodeSent,
  limits: (who, { body: { typed } }) => budgetsOf('auth.register', who, typed),
  handle: (context, { body }) => askToRegister(context, body),
})

export const register = endpoint.byBody(
  'POST /auth/register',
  'Open an account: for a phone, whose code comes by SMS; with e-mail and role, for staff.',
  [
    { when: isOfStaff, is: endpoint('POST /auth/register', registering) },
    { when: () => true, is: askByPhone },
  ],
)

export const verifyRegistration = endpoint('POST /auth/verify-registration-otp', {
  about: 'Prove the phone by its code: the account is open, and its person signed in.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  message: 'Registration successful! Welcome to BMV.',
  invalid: 'phone_form_invalid',
  body: PresentPhoneCode,
  returns: PhoneSignedIn,
  limits: (who, { body: { phone: typed } }) =>
    budgetsOf('auth.verify-registration-otp', who, typed),
  before: proveRegistration,
  handle: (context, { before }) => openAccount(context, before),
})

async function askToRegister(
  context: Here,
  asked: TypedPhone,
): Promise<z.input<typeof PhoneCodeSent>> {
  servedCountry(context.otp, asked.phone, 'country_code')
  await refuseRegistered(context, [asked.phone])
  return sendPhoneCode(context, PURPOSE, asked, { isBrought: true, toDo: 'registration' })
}

/** Before and apart from what it opens: a try stays counted whatever fails afterwards. */
async function proveRegistration(
  context: Here,
  { body: { phone: typed, otp: code } }: { body: PresentPhoneCode },
): Promise<ProvenPhone> {
  const proof = await findProof(context, PURPOSE, typed)
  // Nobody says the country here: without a code on its way the digits may mean each one served.
  const phones = proof ? [proof.phone] : phonesMeant(typed, context.otp.countries)
  await refuseRegistered(context, phones)
  if (!proof) throw problem('phone_unknown')
  return provePhone(context, PURPOSE, { proof, typed, code })
}

/** Opens the account of a proved phone. Whatever fails leaves the proved code as it is. */
async function openAccount(
  context: Here,
  { proof, typed, otpId, sign }: ProvenPhone,
): Promise<PhoneSignedIn> {
  const { db } = context
  const waiting = await lockProof(context, PURPOSE, typed)
  // Two who bring one code at once, or a form with a password that waits for the same phone.
  await lockPhone(context, proof.phone)
  await refuseRegistered(context, [proof.phone])
  // The digits mean somebody else's phone since.
  if (waiting?.id !== proof.id) throw problem('phone_code_expired')
  if (!(await consumeCode(db, otpId))) throw problem('phone_code_expired')
  const user = await openPhoneAccount(context, proof)
  if (!user) throw problem('phone_registered')
  await forgetProof(context, proof.id)
  return enterByPhone({ ...context, sign }, user, { ...proof, typed })
}

/** Throws `phone_registered` when somebody has proved one of these phones already. */
async function refuseRegistered(
  { db, personal }: Pick<Here, 'db' | 'personal'>,
  phones: string[],
): Promise<void> {
  if (phones.length === 0) return
  const indexes = phones.map((phone) => personal.blindIndex('phone', phone))
  const known = await db
    .selectFrom('user')
    .select('id')
    .where('phoneIndex', 'in', indexes)
    .where('phoneProvedAt', 'is not', null)
    .executeTakeFirst()
  if (known) throw problem('phone_registered')
}
