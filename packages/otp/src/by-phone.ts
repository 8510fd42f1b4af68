import type { ErrorReason } from '@forecourt/contracts/errors'
import { Problem, problem } from '@forecourt/platform/problem'
import type { Kysely } from 'kysely'
import type { OtpMeans } from './means.ts'
import { keepCode, sendCode, type Sending, type Sent } from './send.ts'
import { verifyCode, type Presented } from './verify.ts'

const unsent = new Set<ErrorReason>(['otp_capped', 'sms_unavailable'])

/**
 * Sends a code in the flows that know a person by phone alone. Where nobody brings it, or the day's
 * messages are used up, a developer goes on all the same, by the code that the answer shows;
 * everybody else is told `phone_code_unsent`. Must come last in its transaction.
 */
export async function sendOrShow<Tables>(
  means: OtpMeans,
  db: Kysely<Tables>,
  sending: Sending,
): Promise<Sent & { isSent: boolean }> {
  try {
    return { ...(await sendCode(means, db, sending)), isSent: true }
  } catch (error) {
    if (!(error instanceof Problem && unsent.has(error.reason))) throw error
    if (!means.reveals) throw problem('phone_code_unsent', {}, error)
    return { ...(await keepCode(means, db, sending)), requested: [], isSent: false }
  }
}

/** Judges a code as `verifyCode` does, and refuses in the words of these flows. */
export async function proveOrRefuse<Tables>(
  means: OtpMeans,
  db: Kysely<Tables>,
  presented: Presented,
): Promise<string> {
  const judged = await verifyCode(means, db, presented)
  switch (judged.end) {
    case 'proved':
      return judged.otpId
    case 'expired':
      throw problem(judged.isForgotten ? 'phone_code_missing' : 'phone_code_expired')
    case 'exhausted':
      throw problem('otp_exhausted')
    case 'wrong':
      throw problem('phone_code_wrong', { triesLeft: judged.triesLeft })
    case 'consumed':
      throw problem('phone_code_wrong')
  }
}
