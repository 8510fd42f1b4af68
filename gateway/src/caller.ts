import { addressKey } from '@forecourt/platform/limit'
import { claimsOf } from '@forecourt/platform/token'
import type { FastifyInstance } from 'fastify'
import { isIP } from 'node:net'

const MOST_TOKENS = 5_000
/** A request waits no longer than this for identity's keys; then it counts by its address. */
const KEYS_MS = 300

interface Known {
  key: string
  expiresAtMs: number
}

export interface Callers {
  /** `user:<id>` when the token is valid, else undefined. Services judge tokens; we only count. */
  userKey(authorization: string | undefined): string | undefined | Promise<string | undefined>
}

/**
 * Whom a request counts for. A verified token is remembered as a whole until it expires, because
 * verifying a signature costs more than carrying the request.
 */
export function callersOf(app: FastifyInstance): Callers {
  const known = new Map<string, Known>()

  function remember(authorization: string, sub: string, exp: number): string {
    const [oldest] = known.keys()
    if (known.size >= MOST_TOKENS && oldest !== undefined) known.delete(oldest)
    const key = `user:${sub}`
    known.set(authorization, { key, expiresAtMs: exp * 1_000 })
    return key
  }

  async function verify(authorization: string): Promise<string | undefined> {
    const late = new Promise<undefined>((resolve) => {
      setTimeout(resolve, KEYS_MS, undefined).unref()
    })
    // An invalid token is the service's to refuse; here it makes the caller anonymous.
    const verified = claimsOf(app, authorization).catch(() => undefined)
    const claims = await Promise.race([verified, late])
    return claims && remember(authorization, claims.sub, claims.exp)
  }

  return {
    userKey(authorization) {
      if (!authorization) return undefined
      const found = known.get(authorization)
      if (found && found.expiresAtMs > Date.now()) return found.key
      if (found) known.delete(authorization)
      return verify(authorization)
    },
  }
}

/** What a proxy wrote may be no address at all; then the proxy itself is the caller. */
export function clientAddress(claimed: string, peer: string | undefined): string {
  return isIP(claimed) > 0 ? claimed : (peer ?? 'unknown')
}

export function anonymousKey(address: string): string {
  return `address:${addressKey(address)}`
}
