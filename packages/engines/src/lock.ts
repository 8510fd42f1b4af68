import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

export type Lock = { release(): void }

const SQLITE_BUSY = 5
const POLL_MS = 200
const PATIENCE_MS = 2_000

/**
 * Takes the lock that lives in `file`, or answers null when another process (or another caller in
 * this one) holds it. SQLite is the one thing in Node that reaches the operating system's file
 * locks, which end with their process: such a lock never outlives a crash, and nobody has to judge
 * whether a left lock file is stale.
 */
export function takeLock(file: string): Lock | null {
  const database = new DatabaseSync(file)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return null
    throw error
  }
  return {
    release() {
      if (database.isOpen) database.close()
    },
  }
}

/**
 * Waits until the lock is free and takes it; calls `onWait` if that takes longer than 2 seconds.
 * Throws after `waitMs`.
 */
export async function waitForLock(file: string, waitMs: number, onWait: () => void): Promise<Lock> {
  const saySo = setTimeout(onWait, PATIENCE_MS)
  try {
    for (const until = Date.now() + waitMs; Date.now() < until; await sleep(POLL_MS)) {
      const lock = takeLock(file)
      if (lock) return lock
    }
  } finally {
    clearTimeout(saySo)
  }
  throw new Error(`Another process has held ${file} for more than ${waitMs / 1000} s.`)
}
