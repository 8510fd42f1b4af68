import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/bcrypt'
import { problem } from '@forecourt/platform/problem'
import type { Passwords } from './password.ts'

/** One of the four threads that Node lends stays free for files and names. */
const AT_ONCE = Math.min(availableParallelism(), 3)
const WAITING = 100

/** bcrypt of so many rounds. */
export function passwordsOf(rounds: number): Passwords {
  const within = slots(AT_ONCE, WAITING)
  let decoy: Promise<string> | undefined
  return {
    hash: (password) => within(() => hash(password, { cost: rounds, rejectLongPasswords: true })),
    async matches(password, known) {
      decoy ??= hash(randomBytes(32).toString('base64url'), { cost: rounds })
      const compared = known ?? (await decoy)
      const right = await within(() => verify(password, compared))
      return right && known !== null
    },
  }
}

/** Lets `atOnce` work and `waiting` wait; whoever comes then is refused (503). */
function slots(atOnce: number, waiting: number) {
  const queue: (() => void)[] = []
  let working = 0
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (working < atOnce) working += 1
    else if (queue.length >= waiting) throw problem('service_unavailable', { retryAfterS: 2 })
    else await new Promise<void>((resolve) => queue.push(resolve))
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else working -= 1
    }
  }
}
