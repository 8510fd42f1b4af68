import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { endLeftover, writePidFile } from './leftover.ts'

const program = /setInterval/

test('a leftover is ended, even a stopped one', { timeout: 20_000 }, async () => {
  const [file, left] = [await pidFile(), await idler()]
  writePidFile(file, left.pid as number)
  left.kill('SIGSTOP')
  const exited = once(left, 'exit')
  expect(await endLeftover(file, program)).toBe(left.pid)
  expect(await exited).toEqual([null, 'SIGINT'])
  expect(existsSync(file)).toBe(false)
})

test(
  'a leftover that ignores the polite signal is ended by force',
  { timeout: 20_000 },
  async () => {
    const [file, left] = [await pidFile(), await idler("process.on('SIGINT', () => {});")]
    writePidFile(file, left.pid as number)
    const exited = once(left, 'exit')
    expect(await endLeftover(file, program, 200)).toBe(left.pid)
    expect(await exited).toEqual([null, 'SIGKILL'])
  },
)

test('a stranger that was given the pid again is left alone', async () => {
  const [file, stranger] = [await pidFile(), await idler()]
  await writeFile(file, JSON.stringify({ pid: stranger.pid, startedAt: 'long ago' }))
  expect(await endLeftover(file, program)).toBeNull()
  writePidFile(file, stranger.pid as number)
  expect(await endLeftover(file, /redis-server/)).toBeNull()
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
  expect(stranger.kill(0)).toBe(true)
})

test('no pid file, or half of one, is nothing to end', async () => {
  const file = await pidFile()
  expect(await endLeftover(file, program)).toBeNull()
  await writeFile(file, '{"pid":')
  expect(await endLeftover(file, program)).toBeNull()
})

async function idler(before = ''): Promise<ChildProcess> {
  const code = `${before} setInterval(() => {}, 1000); console.log('up')`
  const child = spawn(process.execPath, ['-e', code])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

async function pidFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'forecourt-leftover-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'engine.pid')
}
