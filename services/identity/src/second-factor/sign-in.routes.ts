import { endpoint, type Here } from '../db.ts'
import { SignedIn } from '../session/session.ts'
import type { Sign } from '../signing-key/signing-key.ts'
import { challengeOf, useChallenge } from './challenge.queries.ts'
import { lockedAccount, signIn } from './entrance.queries.ts'
import {
  Enrollment,
  EnteredByEnrollment,
  PresentToken,
  PresentTokenAndFactor,
  type ChallengeRow,
} from './second-factor.ts'
import {
  beginFactor,
  enableFactor,
  proveCode,
  useProof,
  type Proof,
} from './second-factor.queries.ts'

export const loginBySecondFactor = endpoint('POST /auth/login/mfa', {
  about: 'Sign in with the second factor: a code of the app, or a recovery code.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'Login successful',
  body: PresentTokenAndFactor,
  returns: SignedIn,
  before: proveCodeOwed,
  async handle(context, { before: { challenge, proof, sign } }) {
    const user = await lockedAccount(context, challenge.userId)
    await useChallenge(context.db, challenge.id)
    await useProof(context.db, proof)
    return signIn({ ...context, sign }, user, 'proved')
  },
})

export const enrollAtLogin = endpoint('POST /auth/login/mfa/enroll', {
  about: 'Set up the second factor that a role asks for, with the token of the sign-in.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  body: PresentToken,
  returns: Enrollment,
  async handle(context, { body }) {
    const { userId } = await challengeOf(context.db, body.mfaToken, 'enrollment')
    return beginFactor(context, await lockedAccount(context, userId))
  },
})

export const confirmAtLogin = endpoint('POST /auth/login/mfa/confirm', {
  about: 'Confirm that second factor by a code of the app; the person is signed in.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  status: 200,
  message: 'Login successful',
  body: PresentTokenAndFactor,
  returns: EnteredByEnrollment,
  before: proveEnrollmentOwed,
  async handle(context, { before: { challenge, proof, sign } }) {
    const user = await lockedAccount(context, challenge.userId)
    await useChallenge(context.db, challenge.id)
    const recoveryCodes = await enableFactor(context, user, { proof, except: null })
    const enabled = { ...user, mfaEnabled: true }
    return { ...(await signIn({ ...context, sign }, enabled, 'proved')), recoveryCodes }
  },
})

interface ProvenChallenge {
  challenge: Pick<ChallengeRow, 'id' | 'userId'>
  proof: Proof
  sign: Sign
}

function proveCodeOwed(context: Here, { body }: { body: PresentTokenAndFactor }) {
  return proveChallenge(context, body, 'code')
}

function proveEnrollmentOwed(context: Here, { body }: { body: PresentTokenAndFactor }) {
  return proveChallenge(context, body, 'enrollment')
}

async function proveChallenge(
  context: Here,
  { mfaToken, code }: PresentTokenAndFactor,
  owes: ChallengeRow['owes'],
): Promise<ProvenChallenge> {
  const challenge = await challengeOf(context.db, mfaToken, owes)
  const proof = await proveCode(context, challenge.userId, code)
  return { challenge, proof, sign: await context.signer.ready() }
}
