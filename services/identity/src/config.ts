import { z } from 'zod'
import type { Lifetimes } from './session/session.ts'

const UNITS_S = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** `7d`, `60m`: a whole number and its unit, as seconds. */
const Duration = z
  .string()
  .regex(/^[1-9]\d{0,8}[smhd]$/, 'must be a number with its unit, such as 7d, 12h, 60m or 90s')
  .transform((text) => Number(text.slice(0, -1)) * UNITS_S[text.at(-1) as keyof typeof UNITS_S])

/** What this service is told beside the base. The names are those of the requirements. */
export const IdentityConfig = z.object({
  BCRYPT_ROUNDS: z.coerce.number().int().min(4).max(15).default(12),
  JWT_EXPIRES_IN: Duration.default(7 * UNITS_S.d),
  /** Minutes, of customers' access tokens. */
  JWT_TTL: z.coerce.number().int().min(1).max(43_200).default(60),
  JWT_REFRESH_EXPIRES_IN: Duration.default(30 * UNITS_S.d),
})
export type IdentityConfig = z.infer<typeof IdentityConfig>

export function lifetimesIn(config: IdentityConfig): Lifetimes {
  return {
    accessS: config.JWT_EXPIRES_IN,
    customerAccessS: config.JWT_TTL * UNITS_S.m,
    refreshS: config.JWT_REFRESH_EXPIRES_IN,
  }
}
