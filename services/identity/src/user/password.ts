import { z } from 'zod'

/** bcrypt looks at no more; a longer password would share its hash with others. */
const MOST_BYTES = 72

/**
 * A password as it is typed to sign in. bcrypt would read a NUL as the end of a repetition, so that
 * `a` and `a\0a` were one password.
 */
export const TypedPassword = z
  .string('Password is required')
  .min(1, 'Password is required')
  .refine(fits, `Must not be longer than ${MOST_BYTES} bytes`)
  .refine((password) => !password.includes('\0'), 'Must not hold a NUL character')

/** A password that is being chosen. */
export const NewPassword = TypedPassword.min(8, 'Must have at least 8 characters')
  .regex(/\p{L}/u, 'Must hold a letter')
  .regex(/\d/, 'Must hold a digit')

/** Hashes and checks passwords beside the event loop, so many at a time; 503 beyond that. */
export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes the same time where there is no hash: nobody learns who has an account. */
  matches(password: string, hash: string | null): Promise<boolean>
}

function fits(password: string): boolean {
  return new TextEncoder().encode(password).length <= MOST_BYTES
}
