import { z } from 'zod'

/** A one-time password that was sent, or several of one sending that share their tries. */
export const OtpRow = z.object({
  id: z.uuid(),
  purpose: z.string(),
  subject: z.uuid(),
  destinationIndexes: z.array(z.string()),
  digests: z.array(z.instanceof(Buffer)),
  keyVersion: z.string(),
  proves: z.instanceof(Buffer),
  attempts: z.number().int(),
  maxAttempts: z.number().int(),
  expiresAt: z.string(),
  provedAt: z.string().nullable(),
  provedCode: z.number().int().nullable(),
  consumedAt: z.string().nullable(),
  voidedAt: z.string().nullable(),
  createdAt: z.string(),
})

/** How codes of one purpose behave. */
export interface OtpPolicy {
  /** What the code is for; a code of one purpose proves nothing for another. */
  purpose: string
  /** Digits. */
  length: number
  lifeS: number
  tries: number
}
