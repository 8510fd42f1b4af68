import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkKey, NotStored, type Storage } from './storage.ts'

/** Files in a folder of this machine. Several processes may share it. */
export function localStorage(folder: string): Storage {
  return {
    async write(key, bytes) {
      const path = pathOf(folder, key)
      await makeFolder(folder, dirname(path))
      const part = `${path}.${randomBytes(6).toString('hex')}.part`
      try {
        await writeDurably(part, bytes)
        // A reader meets the whole file or none, even if the power fails between two lines.
        await rename(part, path)
      } catch (error) {
        await rm(part, { force: true })
        throw error
      }
      await syncFolder(dirname(path))
    },
    async read(key) {
      const file = await open(pathOf(folder, key), 'r').catch((error: unknown) => {
        throw isMissing(error) ? new NotStored(key, error) : error
      })
      return file.createReadStream()
    },
    async remove(key) {
      await rm(pathOf(folder, key), { force: true })
    },
    close: () => undefined,
  }
}

function pathOf(folder: string, key: string): string {
  return join(folder, checkKey(key))
}

/** A new folder is only there after a crash when the folders above it were synced too. */
async function makeFolder(root: string, path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; made !== dirname(first) && made !== dirname(root); made = dirname(made)) {
    await syncFolder(dirname(made))
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
