import type { Here } from '../db.ts'
import { AccountOtpRequested } from '@forecourt/contracts/identity-events'
import { proveOrRefuse, sendOrShow } from '@forecourt/otp/by-phone'
import type { z } from 'zod'
import type { Sign } from '../signing-key/signing-key.ts'
import {
  codePolicy,
  type PhoneCodeSent,
  type PhoneProofRow,
  type TypedPhone,
} from './phone-proof.ts'
import { keepProof, type PhoneProof } from './phone-proof.queries.ts'

type Purpose = PhoneProofRow['purpose']

/** Keeps a phone and sends its code, or does the same work and brings it to nobody. */
export async function sendPhoneCode(
  context: Here,
  purpose: Purpose,
  asked: TypedPhone,
  { isBrought, toDo }: { isBrought: boolean; toDo: 'login' | 'registration' },
): Promise<z.input<typeof PhoneCodeSent>> {
  const sending = await keepProof(context, purpose, asked)
  const { requested, codes, isSent } = await sendOrShow(context.otp, context.db, sending)
  if (isBrought) for (const code of requested) context.emit(AccountOtpRequested, 1, code)
  const begun = toDo === 'login' ? 'Login' : 'Registration'
  if (!isSent) context.say(`${begun} initiated (SMS failed, check logs)`)
  return {
    phone: asked.typed,
    expires_in_minutes: codePolicy(purpose).lifeS / 60,
    otp_for_testing: codes?.[0],
    message: `Please verify OTP to complete ${toDo}`,
  }
}

/** A phone whose code was right, until something comes of it. */
export interface ProvenPhone {
  proof: PhoneProof
  /** The phone as it was typed beside the code, which is what the answer shows. */
  typed: string
  otpId: string
  sign: Sign
}

/** Judges the code of a phone. Throws what the flows by phone alone tell of a code. */
export async function provePhone(
  context: Here,
  purpose: Purpose,
  { proof, typed, code }: { proof: PhoneProof; typed: string; code: string },
): Promise<ProvenPhone> {
  const presented = { policy: { purpose }, subject: proof.id, code }
  const otpId = await proveOrRefuse(context.otp, context.db, presented)
  return { proof, typed, otpId, sign: await context.signer.ready() }
}
