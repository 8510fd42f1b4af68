import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { ServiceName } from '@forecourt/contracts/service-name'

/** Where files lie. A key comes from `newKey`, never from a client, and is written once. */
export interface Storage {
  /** Keeps the bytes; when it resolves they outlive a crash. */
  write(key: string, bytes: Uint8Array): Promise<void>
  /** The bytes as a stream, opened before it resolves. Throws `NotStored`. */
  read(key: string): Promise<Readable>
  /** Removes the bytes; a key that holds nothing is no fault. */
  remove(key: string): Promise<void>
  close(): void
}

/** Nothing lies under this key. */
export class NotStored extends Error {
  override readonly name = 'NotStored'
  constructor(key: string, cause?: unknown) {
    super(`Nothing is stored under ${key}.`, { cause })
  }
}

/** `customer-vehicle/3f/<30 hex digits>`: unguessable, spread over folders, under its service. */
export function newKey(service: ServiceName): string {
  const random = randomBytes(16).toString('hex')
  return `${service}/${random.slice(0, 2)}/${random.slice(2)}`
}

/** Refuses what `newKey` cannot have made, so that no key ever leads out of its folder. */
export function checkKey(key: string): string {
  if (!/^[a-z-]+\/[0-9a-f]{2}\/[0-9a-f]{30}$/.test(key)) {
    throw new Error('A storage key has another form.')
  }
  return key
}
