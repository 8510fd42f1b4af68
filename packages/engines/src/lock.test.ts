import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { takeLock, waitForLock } from './lock.ts'

test('one taker at a time, also inside one process', async () => {
  const file = await lockFile()
  const lock = takeLock(file)
  expect(lock).not.toBeNull()
  expect(takeLock(file)).toBeNull()
  lock?.release()
  takeLock(file)?.release()
  expect(takeLock(file)).not.toBeNull()
})

test(
  'a lock ends with the process that held it, even by SIGKILL',
  { timeout: 20_000 },
  async () => {
    const file = await lockFile()
    const module = join(import.meta.dirname, 'lock.ts')
    const code = `
    const { takeLock } = await import(${JSON.stringify(module)})
    globalThis.lock = takeLock(${JSON.stringify(file)})
    console.log('held')
    setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', code])
    onTestFinished(() => void holder.kill('SIGKILL'))
    await once(holder.stdout, 'data')
    expect(takeLock(file)).toBeNull()
    const waiting = waitForLock(file, 15_000, () => {})
    holder.kill('SIGKILL')
    const lock = await waiting
    expect(takeLock(file)).toBeNull()
    lock.release()
  },
)

async function lockFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'forecourt-lock-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'lock')
}
