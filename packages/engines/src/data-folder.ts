import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pidFileOf } from './child.ts'
import { endLeftover } from './leftover.ts'
import { takeLock } from './lock.ts'

export type DataFolder = { path: string; release(): void }

/**
 * Makes the folder of an engines' start if need be, takes its lock, and ends the child processes
 * that an earlier, crashed start on it left behind. Throws one sentence when another start has it.
 */
export async function openDataFolder(
  dataDir: string,
  log: (line: string) => void,
): Promise<DataFolder> {
  const path = resolve(dataDir)
  mkdirSync(path, { recursive: true })
  const owner = join(path, 'owner')
  const lock = takeLock(join(path, 'lock'))
  if (!lock) {
    const pid = readFileSync(owner, 'utf8').trim()
    throw new Error(`${path} is in use by process ${pid}: end it, or choose another data folder.`)
  }
  writeFileSync(owner, `${process.pid}\n`)
  try {
    await endLeftovers(path, log)
  } catch (error) {
    lock.release()
    throw error
  }
  return { path, release: () => lock.release() }
}

async function endLeftovers(dataDir: string, log: (line: string) => void): Promise<void> {
  const programs = { postgres: /postgres/, kafka: /kafka\.Kafka/, redis: /redis-server/ }
  for (const name of ['postgres', 'kafka', 'redis'] as const) {
    const pid = await endLeftover(pidFileOf(dataDir, name), programs[name])
    if (pid !== null) log(`${name}: ended process ${pid} of an earlier run`)
  }
}
