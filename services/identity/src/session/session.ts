import { customerRoles } from '@forecourt/contracts/roles'
import { z } from 'zod'
import { User } from '../user/user.ts'

/** One sign-in on one device; its id is the `sid` of the access tokens. */
export const SessionRow = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  tokenHash: z.string(),
  previousHash: z.string().nullable(),
  successor: z.string().nullable(),
  rotatedAt: z.string().nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  expiresAt: z.string(),
  endedAt: z.string().nullable(),
  endedBy: z
    .enum(['logout', 'reuse', 'suspension', 'password', 'revocation', 'second_factor'])
    .nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type SessionRow = z.infer<typeof SessionRow>

/** A sign-in as its owner sees it. */
export const Session = z
  .object({
    id: z.uuid(),
    createdAt: z.string().meta({ description: 'When the person signed in.' }),
    lastUsedAt: z.string().meta({ description: 'When its tokens were last exchanged.' }),
    expiresAt: z.string(),
    ipAddress: z.string().nullable().meta({ description: 'From where the person signed in.' }),
    userAgent: z
      .string()
      .nullable()
      .meta({ description: 'The program that signed in, as it calls itself.' }),
    isCurrent: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
  })
  .meta({ id: 'Session' })

export const SpentTokenRow = z.object({
  hash: z.string(),
  sessionId: z.uuid(),
  spentAt: z.string(),
})

export const Tokens = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.number().int().meta({ description: 'Life of the access token in seconds.' }),
  })
  .meta({ id: 'Tokens' })
export type Tokens = z.infer<typeof Tokens>

export const SignedIn = Tokens.extend({ user: User }).meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof SignedIn>

export const RefreshSession = z.object({
  refreshToken: z.string('Refresh token is required').min(1, 'Refresh token is required').max(512),
})
export type RefreshSession = z.infer<typeof RefreshSession>

/** How long tokens live, in seconds. */
export interface Lifetimes {
  /** Access tokens of staff and of garage owners. */
  accessS: number
  /** Access tokens of customers. */
  customerAccessS: number
  refreshS: number
}

/** How long the access tokens of a role live. */
export function accessLifeOf(lifetimes: Lifetimes, role: string): number {
  return customerRoles.includes(role) ? lifetimes.customerAccessS : lifetimes.accessS
}

/** When all access tokens of this moment are over, whoever has them. */
export function longestAccess({ accessS, customerAccessS }: Lifetimes): number {
  return Math.max(accessS, customerAccessS)
}

/** Two tabs may exchange one token: for so long the second gets what the first one got. */
export const GRACE_S = 10

/** The facts by which a presented refresh token is judged; the database's clock made them. */
export interface Presented {
  session: Pick<SessionRow, 'tokenHash' | 'previousHash' | 'endedAt'>
  hash: string
  isExpired: boolean
  isInGrace: boolean
}

/**
 * What a presented token of a known session means: `current` is exchanged, `previous` meets the
 * same successor again, `reused` is a copy and ends the session, `dead` is of no use.
 */
export function judge({ session, hash, isExpired, isInGrace }: Presented) {
  if (session.endedAt !== null || isExpired) return 'dead'
  if (session.tokenHash === hash) return 'current'
  return session.previousHash === hash && isInGrace ? 'previous' : 'reused'
}
