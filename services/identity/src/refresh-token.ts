import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { KeyRing } from '@forecourt/platform/config'
import { seal, unseal } from '@forecourt/platform/personal'

const VERSION = '1'

/** 256 bits of chance: nothing in it can be guessed or read. */
export function makeRefreshToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a token; a plain digest suffices for a secret that nobody could search for. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Locks a token's successor so that only who holds the token itself can read it. */
export function sealUnder(token: string, successor: string, sessionId: string): string {
  return seal(keyOf(token), successor, contextOf(sessionId))
}

export function unsealUnder(token: string, sealed: string, sessionId: string): string {
  return unseal(keyOf(token), sealed, contextOf(sessionId))
}

/** Not the digest that the database keeps: whoever reads the table must not open what is in it. */
function keyOf(token: string): KeyRing {
  const secret = hkdfSync('sha256', token, '', 'forecourt refresh token successor', 32)
  return [{ version: VERSION, secret: Buffer.from(secret) }]
}

function contextOf(sessionId: string): string {
  return `session|successor|${sessionId}`
}
