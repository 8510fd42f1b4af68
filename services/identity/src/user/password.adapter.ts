import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/bcrypt'
import { seatsOf } from '@forecourt/platform/seats'
import type { Passwords } from './password.ts'

/** One of the four threads that Node lends stays free for files and names. */
const AT_ONCE = Math.min(availableParallelism(), 3)
const WAITING = 100

/** bcrypt of so many rounds. */
export function passwordsOf(rounds: number): Passwords {
  const seats = seatsOf(AT_ONCE, WAITING)
  let decoy: Promise<string> | undefined
  return {
    hash: (password) =>
      seats.within(() => hash(password, { cost: rounds, rejectLongPasswords: true })),
    async matches(password, known) {
      decoy ??= hash(randomBytes(32).toString('base64url'), { cost: rounds })
      const compared = known ?? (await decoy)
      const right = await seats.within(() => verify(password, compared))
      return right && known !== null
    },
  }
}
