import type { ServerResponse } from 'node:http'
import { problem } from '@forecourt/platform/problem'
import { anonymousKey } from './caller.ts'
import type { GeneralLimit } from './general-limit.ts'

export interface Counting {
  limit: GeneralLimit
  /** Requests per window, without and with a valid token. */
  counts: { anonymous: number; user: number }
}

/** Throws `too_many_requests`. What we or a service failed to answer costs nothing. */
export function charge(
  { limit, counts }: Counting,
  answer: ServerResponse,
  { client, userKey }: { client: string; userKey: string | undefined },
): void {
  const key = userKey ?? anonymousKey(client)
  const count = userKey === undefined ? counts.anonymous : counts.user
  const waitMs = limit.take(key, count)
  if (waitMs > 0) throw problem('too_many_requests', { retryAfterS: Math.ceil(waitMs / 1_000) })
  answer.once('close', () => {
    if (answer.statusCode >= 500) limit.giveBack(key, count)
  })
}
