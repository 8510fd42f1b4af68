import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { choosePorts } from './ports.ts'

test('ports are free, all different, and the same at the next start', async () => {
  const file = await portsFile()
  const ports = await choosePorts(file, {})
  expect(new Set(Object.values(ports)).size).toBe(4)
  expect(await choosePorts(file, {})).toEqual(ports)
})

test('a remembered port that somebody else took meanwhile is given up, the others are kept', async () => {
  const file = await portsFile()
  const ports = await choosePorts(file, {})
  const other = createServer().listen(ports.redis, '127.0.0.1')
  onTestFinished(() => void other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const next = await choosePorts(file, {})
  expect(next.redis).not.toBe(ports.redis)
  expect({ ...next, redis: ports.redis }).toEqual(ports)
})

test('a fixed port is taken as it is and remembered', async () => {
  const file = await portsFile()
  const ports = await choosePorts(file, { postgres: 25_432 })
  expect(ports.postgres).toBe(25_432)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(ports)
})

async function portsFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'forecourt-ports-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'ports.json')
}
