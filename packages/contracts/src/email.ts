import { z } from 'zod'
import { typedText } from './typed.ts'

/** RFC 5321 lets no mailbox be longer. */
const LONGEST = 254

/** An e-mail address in a body, as people type it; the handler gets its normal form. */
export const Email = typedText('E-mail address')
  .transform(normalizeEmail)
  .pipe(
    z
      .email({
        error: ({ input }) =>
          input === ''
            ? 'E-mail address is required'
            : 'E-mail address must look like name@example.com',
      })
      .max(LONGEST, 'E-mail address is too long'),
  )
  .meta({ examples: ['asha@example.com'] })

/**
 * Trimmed, in lower case, full-width letters folded: the form that uniqueness and the blind index
 * are judged by.
 */
export function normalizeEmail(typed: string): string {
  return typed.normalize('NFKC').trim().toLowerCase()
}

/** `asha@example.com` as logs and screens of others show it: `a******@example.com`. */
export function maskEmail(email: string): string {
  const [, first = '', rest = '', domain = ''] = /^(.)(.*)@([^@]+)$/su.exec(email) ?? []
  return domain === '' ? '******' : `${rest === '' ? '' : first}******@${domain}`
}
