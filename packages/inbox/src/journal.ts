import { existsSync } from 'node:fs'
import { open, rename, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/** An append-only file of JSON lines; `append` resolves once its line is on disk, not before. */
export type Journal = {
  append(entry: unknown): Promise<void>
  close(): Promise<void>
}

/**
 * Hands every entry of the file to `read`, oldest first. A last line that a kill tore off is
 * skipped, for its sender was never answered; an unreadable line elsewhere throws.
 */
export async function readJournal(file: string, read: (entry: unknown) => void): Promise<void> {
  if (!existsSync(file)) return
  const handle = await open(file, 'r')
  let number = 0
  let unread: { number: number; cause: unknown } | undefined
  for await (const line of handle.readLines()) {
    if (unread) {
      throw new Error(`Line ${unread.number} of ${file} cannot be read.`, { cause: unread.cause })
    }
    number += 1
    try {
      read(JSON.parse(line))
    } catch (cause) {
      unread = { number, cause }
    }
  }
}

/** Replaces the file by these entries, whole or not at all, and opens it for more. */
export async function rewriteJournal(file: string, entries: unknown[]): Promise<Journal> {
  const draft = `${file}.new`
  const handle = await open(draft, 'w')
  try {
    await handle.writeFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    await handle.datasync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  await syncFolder(dirname(file))
  return journalOf(await open(file, 'a'))
}

/** A rename or a new file is durable only once the folder that names it is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

type Waiting = { line: string; resolve: () => void; reject: (error: unknown) => void }

function journalOf(handle: FileHandle): Journal {
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  // After a failed write nobody knows what the file ends with, so nothing may follow it.
  let broken: Error | undefined

  async function write(): Promise<void> {
    // Lines that arrive during one sync share the next one.
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        if (broken) throw broken
        await handle.appendFile(batch.map(({ line }) => line).join(''))
        await handle.datasync()
        for (const { resolve } of batch) resolve()
      } catch (error) {
        broken ??= new Error('The mailbox cannot be written any more.', { cause: error })
        for (const { reject } of batch) reject(broken)
      }
    }
    writing = undefined
  }

  return {
    append(entry) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting.push({ line: `${JSON.stringify(entry)}\n`, resolve, reject })
      writing ??= write()
      return promise
    },
    async close() {
      await writing
      await handle.close()
    },
  }
}
