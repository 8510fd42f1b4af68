import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getContainerRuntimeClient } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { query, redis } from './trial-clients.ts'
import { environment, startElsewhere, way } from './trial-start.ts'
import { emptyDocker } from './docker.ts'
import { startEngines } from './engines.ts'
import type { Engines } from './engines-offer.ts'
import { chooseImages } from './images.ts'
import { namesInDocker } from './volumes.ts'

const timeout = 240_000
let folder: string
let dataDir: string
const lines: string[] = []

// Run by FORECOURT_ENGINES=docker, on a machine whose Docker has the images or can fetch them.
describe.runIf(way === 'docker')('engines in Docker', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecourt-docker-'))
    dataDir = join(folder, 'data')
  })

  afterAll(async () => {
    await emptyDocker(dataDir)
    await rm(folder, { recursive: true })
  }, timeout)

  test('are reachable from this machine only, and leave no container', { timeout }, async () => {
    await using engines = await start()
    await redis(engines.redisUrl, (client) => client.set('kept', 'before'))
    const containers = await inspectAll()
    expect(containers).toHaveLength(3)
    for (const { NetworkSettings } of containers) {
      const bound = Object.values(NetworkSettings.Ports).flatMap((places) => places ?? [])
      expect(bound.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1'])
    }
    await engines.stop()
    expect(await inspectAll()).toEqual([])
  })

  test('outlive a killed start, and are removed by the next one', { timeout }, async () => {
    const { starter } = await startElsewhere(dataDir)
    starter.kill('SIGKILL')
    await once(starter, 'exit')
    const left = await inspectAll()
    expect(left.map(({ State }) => State.Running)).toEqual([true, true, true])

    await using engines = await start()
    const ids = (await inspectAll()).map(({ Id }) => Id)
    expect(ids).toHaveLength(3)
    expect(ids.filter((id) => left.some(({ Id }) => Id === id))).toEqual([])
    expect(lines.filter((line) => line.includes('of an earlier run'))).toHaveLength(3)
    expect(await redis(engines.redisUrl, (client) => client.get('kept'))).toBe('before')
  })

  test('begin a volume again on which they never answered', { timeout }, async () => {
    const [, , name = ''] = namesInDocker(dataDir)
    const id = name.split('-')[1]
    const whole = ['postgres', 'kafka']
    await writeFile(join(dataDir, 'docker.json'), JSON.stringify({ id, whole }))
    await using engines = await start()
    expect(await redis(engines.redisUrl, (client) => client.get('kept'))).toBeNull()
    expect(await query(engines.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test(
    'say in one sentence which image cannot be fetched, and leave nothing',
    { timeout },
    async () => {
      const env = { ...environment, FORECOURT_REDIS_IMAGE: '127.0.0.1:1/redis:none' }
      await expect(start(env)).rejects.toThrow(
        'The image 127.0.0.1:1/redis:none cannot be fetched: check the network, or name another ' +
          'by FORECOURT_REDIS_IMAGE.',
      )
      expect(await inspectAll()).toEqual([])
    },
  )

  test('tell the end of the log of one that cannot start', { timeout }, async () => {
    // In Redis's image there is no Postgres.
    const { redis: image } = chooseImages(environment)
    const env = { ...environment, FORECOURT_POSTGRES_IMAGE: image }
    await expect(start(env)).rejects.toThrow(/postgres cannot be used: .+The end of its log/s)
    expect(await inspectAll()).toEqual([])
  })

  test('are forgotten with their volumes', { timeout }, async () => {
    await emptyDocker(dataDir)
    expect(namesInDocker(dataDir)).toEqual([])
    await using engines = await start()
    expect(await redis(engines.redisUrl, (client) => client.get('kept'))).toBeNull()
  })
})

function start(env = environment): Promise<Engines> {
  return startEngines({ dataDir, log: (line) => lines.push(line), env })
}

async function inspectAll() {
  const client = await getContainerRuntimeClient()
  const found = await Promise.all(
    namesInDocker(dataDir).map((name) =>
      client.container
        .getById(name)
        .inspect()
        .catch((error: { statusCode?: number }) => {
          if (error.statusCode === 404) return null
          throw error
        }),
    ),
  )
  return found.filter((container) => container !== null)
}
