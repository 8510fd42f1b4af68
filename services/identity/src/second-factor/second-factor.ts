import { typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { SignedIn } from '../session/session.ts'
import { TypedPassword } from '../user/password.ts'

/** The authenticator app of an account; it counts once the account says `mfaEnabled`. */
export const SecondFactorRow = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  secret: z.string(),
  /** The newest step of 30 seconds whose code was accepted: none is accepted twice. */
  lastStep: z.number().int().nullable(),
  /** Keyed digests of the codes that are not used up. */
  recoveryCodes: z.array(z.string()),
  createdAt: z.string(),
})
export type SecondFactorRow = z.infer<typeof SecondFactorRow>

/** Somebody who has proved the first factor, and owes the second one. */
export const ChallengeRow = z.object({
  id: z.uuid(),
  tokenHash: z.string(),
  userId: z.uuid(),
  owes: z.enum(['code', 'enrollment']),
  expiresAt: z.string(),
})
export type ChallengeRow = z.infer<typeof ChallengeRow>

/** What the codes of an app are made of and judged by. */
export interface Authenticator {
  /** 160 bits in base32, as RFC 4226 asks for. */
  makeSecret(): string
  /** Sixteen letters and digits in groups of four; 80 bits. */
  makeRecoveryCode(): string
  /** What an app reads from a QR code. */
  uriOf(secret: string, label: string): string
  /** The step of 30 seconds that a code belongs to; undefined where it is none of this moment's. */
  stepOf(secret: string, code: string, atMs: number): number | undefined
}

/** How long somebody may take: to read a code, or to set an app up. */
export const challengeLifeS = { code: 300, enrollment: 900 } as const

export const RECOVERY_CODES = 10

/** A code of the app, or a recovery code, with the spaces and hyphens that people type. */
const FactorCode = typedText('The code')
  .regex(/^[0-9A-Za-z -]{6,40}$/, 'Enter the code of the app, or a recovery code')
  .toUpperCase()
  .overwrite((code) => code.replaceAll(/[ -]/g, ''))
  .describe('The 6 digits that the app shows, or one of the recovery codes.')

const MfaToken = typedText('The token')
  .min(1, 'The token is required')
  .max(512)
  .describe('The token that the sign-in answered.')

export const PresentFactor = z.object({ code: FactorCode })

export const DisableFactor = PresentFactor.extend({
  password: TypedPassword.nullish().describe('The current password, where the account has one.'),
})
export type DisableFactor = z.infer<typeof DisableFactor>

export const EnrollFactor = z.object({
  currentPassword: TypedPassword.nullish().describe('Where the account has a password.'),
})

export const PresentToken = z.object({ mfaToken: MfaToken })

export const PresentTokenAndFactor = PresentToken.extend(PresentFactor.shape)
export type PresentTokenAndFactor = z.infer<typeof PresentTokenAndFactor>

export const Enrollment = z
  .object({
    secret: z.string().describe('The secret in base32, to type into an authenticator app.'),
    otpauthUri: z.string().describe('The same as an address, to show as a QR code.'),
  })
  .meta({ id: 'SecondFactorEnrollment' })
export type Enrollment = z.infer<typeof Enrollment>

const RecoveryCodes = z
  .array(z.string())
  .describe('Each signs in once where the app is lost. They are shown this once.')

export const Confirmed = z
  .object({ recoveryCodes: RecoveryCodes })
  .meta({ id: 'SecondFactorConfirmed' })

/** The answer to the first factor where the second one is missing. */
const Challenge = z.object({
  mfaToken: z.string().describe('Opaque; good for one sign-in.'),
  expiresIn: z.number().int().describe('Life of the token in seconds.'),
})

export const CodeOwed = Challenge.extend({
  mfaRequired: z.literal(true).describe('A code of the second factor is asked for.'),
}).meta({ id: 'SecondFactorRequired' })

export const EnrollmentOwed = Challenge.extend({
  mfaEnrollmentRequired: z
    .literal(true)
    .describe('The role asks for a second factor, and the account has none yet.'),
}).meta({ id: 'SecondFactorEnrollmentRequired' })

/** How an entrance is answered: by tokens, or by what is still owed. */
export const Entered = z.union([SignedIn, CodeOwed, EnrollmentOwed])
export type Entered = z.infer<typeof Entered>

export const EnteredByEnrollment = SignedIn.extend(Confirmed.shape).meta({
  id: 'SignedInWithRecoveryCodes',
})
