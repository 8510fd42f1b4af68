import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chooseEngines } from './choice.ts'
import { startEngines } from './engines.ts'

const given = {
  DATABASE_URL: 'postgres://forecourt@db/forecourt',
  KAFKA_BROKERS: 'kafka:9092',
  REDIS_URL: 'redis://redis:6379',
}
const bare = { PATH: '/nowhere', DOCKER_HOST: 'unix:///nowhere/docker.sock' }

describe('where the engines come from', () => {
  test('three given addresses win over everything else', async () => {
    expect(await chooseEngines({ ...given, FORECOURT_ENGINES: 'docker' })).toBe('given')
  })

  test('addresses given in part are refused, naming the missing one', async () => {
    const { DATABASE_URL, REDIS_URL } = given
    await expect(chooseEngines({ DATABASE_URL, REDIS_URL })).rejects.toThrow(
      'DATABASE_URL and REDIS_URL given without KAFKA_BROKERS: give all three or none.',
    )
  })

  test('FORECOURT_ENGINES decides, and a misspelt value is told', async () => {
    expect(await chooseEngines({ ...bare, FORECOURT_ENGINES: 'docker' })).toBe('docker')
    expect(await chooseEngines({ ...bare, FORECOURT_ENGINES: 'embedded' })).toBe('embedded')
    await expect(chooseEngines({ ...bare, FORECOURT_ENGINES: 'dokcer' })).rejects.toThrow(
      'FORECOURT_ENGINES is "dokcer": it must be docker or embedded.',
    )
  })

  test('without Java, a Docker engine that answers is taken', async () => {
    const DOCKER_HOST = await openSocket(200)
    expect(await chooseEngines({ ...bare, DOCKER_HOST })).toBe('docker')
  })

  test('a socket behind which no Docker engine answers is none', async () => {
    const DOCKER_HOST = await openSocket(503)
    await expect(chooseEngines({ ...bare, DOCKER_HOST })).rejects.toThrow('nowhere to run')
  })

  test('a machine with neither Java nor Docker is told what to install', async () => {
    await expect(startEngines({ dataDir: '/nowhere', log: () => {}, env: bare })).rejects.toThrow(
      'install a JDK of version 17 or newer with Maven (java and mvn on PATH), or start Docker.',
    )
  })
})

/** A socket that answers Docker's ping, and nothing else. */
async function openSocket(status: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'forecourt-socket-'))
  const server = createServer(({ url }, answer) => {
    answer.writeHead(url === '/_ping' ? status : 404).end()
  })
  onTestFinished(async () => {
    server.close()
    await rm(folder, { recursive: true })
  })
  server.listen(join(folder, 'docker.sock'))
  await once(server, 'listening')
  return `unix://${folder}/docker.sock`
}
