import { createHmac, randomInt } from 'node:crypto'
import type { KeyRing } from '@forecourt/platform/config'

/** Digits of equal chance each, leading zeros among them. */
export function makeCode(length: number): string {
  return String(randomInt(0, 10 ** length)).padStart(length, '0')
}

/** What a code is bound to; the same digits mean nothing anywhere else. */
export interface CodePlace {
  id: string
  purpose: string
  /** Blind index of the phone or e-mail that the code was sent to. */
  destinationIndex: string
}

/** HMAC-SHA-256 of a code in its place, 32 bytes. */
export function digestOfCode(secret: Buffer, place: CodePlace, code: string): Buffer {
  const { id, purpose, destinationIndex } = place
  return hmac(secret, 'code', [id, purpose, destinationIndex, code])
}

/** Digest of the body that a code is sent for, which no reader of the table can guess at. */
export function digestOfBody(secret: Buffer, purpose: string, body: string): Buffer {
  return hmac(secret, 'body', [purpose, body])
}

function hmac(secret: Buffer, what: string, values: string[]): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify([what, ...values]))
    .digest()
}

/** The key that new digests are made with. */
export function newestKey(keys: KeyRing): KeyRing[number] {
  const [newest] = keys
  if (!newest) throw new Error('There is no key for one-time passwords.')
  return newest
}
