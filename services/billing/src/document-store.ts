import type { Readable } from 'node:stream'
import { newKey, type Storage } from '@forecourt/storage/storage'

/** Where the documents of this service lie. */
export interface DocumentStore {
  /** Keeps the bytes for ever and answers their key. */
  keep(bytes: Uint8Array): Promise<string>
  open(key: string): Promise<Readable>
  close(): void
}

export function documentStore(storage: Storage): DocumentStore {
  return {
    async keep(bytes) {
      const key = newKey('billing')
      await storage.write(key, bytes)
      return key
    },
    open: (key) => storage.read(key),
    close: () => storage.close(),
  }
}
