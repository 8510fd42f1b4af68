import { z } from 'zod'

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
  JWT_REFRESH_EXPIRES_IN: Duration.default(30 * UNITS_S.d),
})
export type IdentityConfig = z.infer<typeof IdentityConfig>
