import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { KeyRing } from './config.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Where a value lives; a ciphertext moved to another place no longer opens. */
export interface Place {
  table: string
  column: string
  id: string
}

/** Encrypts personal values at rest and in events, and finds them again by a blind index. */
export interface PersonalData {
  seal(value: string, place: Place): string
  open(sealed: string, place: Place): string
  /** Keyed digest of a value's normal form; one key per field. */
  blindIndex(
    field: 'phone' | 'email' | 'name' | 'request' | 'recovery' | 'account' | 'pair',
    normal: string,
  ): string
}

export function personalData(keys: KeyRing, indexKeys: KeyRing): PersonalData {
  return {
    seal: (value, place) => seal(keys, value, contextOf(place)),
    open: (sealed, place) => unseal(keys, sealed, contextOf(place)),
    blindIndex(field, normal) {
      const [current] = indexKeys
      if (!current) throw new Error('There is no blind index key.')
      const fieldKey = createHmac('sha256', current.secret).update(field).digest()
      return createHmac('sha256', fieldKey).update(normal).digest('base64url')
    },
  }
}

/**
 * AES-256-GCM under the first key of the ring, bound to `context`.
 * Answers `<version>.<nonce><tag><ciphertext>`, base64url after the dot.
 */
export function seal(keys: KeyRing, value: string, context: string): string {
  const [current] = keys
  if (!current) throw new Error('There is no key to seal with.')
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', current.secret, nonce).setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  const packed = Buffer.concat([nonce, cipher.getAuthTag(), sealed])
  return `${current.version}.${packed.toString('base64url')}`
}

/** Throws when the key version is unknown, or the value was moved, changed or never sealed. */
export function unseal(keys: KeyRing, sealed: string, context: string): string {
  const dot = sealed.indexOf('.')
  const key = keys.find(({ version }) => version === sealed.slice(0, dot))
  // The text is not repeated: what was never sealed is somebody's phone.
  if (dot < 0 || !key) throw new Error('A sealed value names no known key version.')
  const packed = Buffer.from(sealed.slice(dot + 1), 'base64url')
  if (packed.length < NONCE_BYTES + TAG_BYTES) throw new Error('A sealed value is too short.')
  const decipher = createDecipheriv('aes-256-gcm', key.secret, packed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(packed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  const text = decipher.update(packed.subarray(NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([text, decipher.final()]).toString('utf8')
}

function contextOf({ table, column, id }: Place): string {
  return `${table}|${column}|${id}`
}
