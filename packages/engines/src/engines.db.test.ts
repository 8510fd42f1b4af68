import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consume, createTopic, produce, query, redis, until } from './trial-clients.ts'
import { environment, startElsewhere, way } from './trial-start.ts'
import type { EngineExit } from './engine.ts'
import { startEngines } from './engines.ts'
import type { Engines } from './engines-offer.ts'
import { identify } from './process-identity.ts'
import { emptyDocker } from './docker.ts'

const timeout = 120_000
const lines: string[] = []
let folder: string
let dataDir: string
let engines: Engines

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecourt-engines-'))
  dataDir = join(folder, 'data')
  engines = await start()
}, timeout)

afterAll(async () => {
  await engines?.stop()
  await emptyDocker(dataDir)
  await rm(folder, { recursive: true })
}, timeout)

describe('engines on this machine', () => {
  test(
    'Postgres keeps UTC, UTF-8 and 300 connections, and wants a password',
    { timeout },
    async () => {
      const rows = await ask(`select current_setting('TimeZone') as zone,
      current_setting('server_encoding') as encoding, current_setting('max_connections') as max`)
      expect(rows).toEqual([{ zone: 'UTC', encoding: 'UTF8', max: '300' }])
      const stranger = new URL(engines.databaseUrl)
      stranger.password = 'guess'
      await expect(query(stranger.href, 'select 1')).rejects.toThrow(
        'password authentication failed',
      )
    },
  )

  test('Kafka refuses a topic that nobody has declared', { timeout }, async () => {
    await expect(produce(engines.kafkaBrokers, 'nobody-declared-this', 'x')).rejects.toThrow(
      'does not host this topic',
    )
  })

  test('a second start on the same data is refused with one sentence', { timeout }, async () => {
    await expect(start()).rejects.toThrow(`${dataDir} is in use by process ${process.pid}: end it`)
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('an engine that dies by SIGKILL is heard, and comes back with port and data', () => {
  test('Postgres', { timeout }, async () => {
    await ask('create table kept (word text)')
    await ask(`insert into kept values ('before')`)
    await killAndRestart('postgres')
    await ask(`insert into kept values ('after')`)
    expect(await ask('select word from kept')).toEqual([{ word: 'before' }, { word: 'after' }])
  })

  test('Kafka', { timeout }, async () => {
    await createTopic(engines.kafkaBrokers, 'kept')
    await produce(engines.kafkaBrokers, 'kept', 'before')
    await killAndRestart('kafka')
    await produce(engines.kafkaBrokers, 'kept', 'after')
    expect(await consume(engines.kafkaBrokers, 'kept', 2)).toEqual(['before', 'after'])
  })

  test('Redis', { timeout }, async () => {
    await redis(engines.redisUrl, (client) => client.set('kept', 'before'))
    await killAndRestart('redis')
    expect(await kept()).toBe('before')
  })
})

test(
  'a frozen engine can be thawed, and ended and restarted while frozen',
  { timeout },
  async () => {
    const { redis: engine } = running()
    const answers: Promise<string | null>[] = []
    engine.kill('SIGSTOP')
    // The signal is sent and not waited for: the first questions may still be answered.
    while (!answers.length || (await orSilence(answers.at(-1))) !== 'silence') answers.push(kept())
    engine.kill('SIGCONT')
    expect(await answers.at(-1)).toBe('before')
    engine.kill('SIGSTOP')
    // Two supervisors at once get one restart.
    await Promise.all([engine.restart(), engine.restart()])
    expect(await kept()).toBe('before')
  },
)

test(
  'a stop leaves nothing running, and the next start finds ports and data',
  { timeout },
  async () => {
    const { postgres } = running()
    const pids = await childrenPids()
    expect(pids).toHaveLength(way === 'embedded' ? 4 : 0)
    await engines.stop()
    expect(pids.filter((pid) => identify(pid))).toEqual([])
    await expect(postgres.restart()).rejects.toThrow('The engines have been stopped.')

    const before = engines
    engines = await start()
    const { databaseUrl, kafkaBrokers, redisUrl } = engines
    expect({ databaseUrl, kafkaBrokers, redisUrl }).toEqual({
      databaseUrl: before.databaseUrl,
      kafkaBrokers: before.kafkaBrokers,
      redisUrl: before.redisUrl,
    })
    expect(await ask('select word from kept')).toEqual([{ word: 'before' }, { word: 'after' }])
    expect(await consume(kafkaBrokers, 'kept', 2)).toEqual(['before', 'after'])
    expect(await kept()).toBe('before')
  },
)

test.runIf(way === 'embedded')(
  'engines die with the process that started them, killed though it was',
  { timeout },
  async () => {
    await engines.stop()
    const { starter, pids } = await startElsewhere(dataDir)
    starter.kill('SIGKILL')
    await until(() => pids.every((pid) => identify(pid) === null))

    const second = await startElsewhere(dataDir)
    // The guard is out of the way: what is left is found by pid file.
    for (const pid of await childrenPids(second.starter.pid)) {
      if (!second.pids.includes(pid)) process.kill(pid, 'SIGKILL')
    }
    second.starter.kill('SIGKILL')
    await once(second.starter, 'exit')
    expect(second.pids.filter((pid) => identify(pid) === null)).toEqual([])
    engines = await start()
    expect(second.pids.filter((pid) => identify(pid))).toEqual([])
    for (const name of ['postgres', 'kafka', 'redis']) {
      expect(lines.filter((line) => line.startsWith(`${name}: ended process`))).toHaveLength(1)
    }
    expect(await kept()).toBe('before')
  },
)

function start(): Promise<Engines> {
  return startEngines({ dataDir, log: (line) => lines.push(line), env: environment })
}

function ask(sql: string): Promise<unknown[]> {
  return query(engines.databaseUrl, sql)
}

function kept(): Promise<string | null> {
  return redis(engines.redisUrl, (client) => client.get('kept'))
}

function orSilence(answer: Promise<string | null> | undefined): Promise<string | null | undefined> {
  return Promise.race([answer, sleep(300, 'silence')])
}

async function childrenPids(parent = process.pid): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,comm='])
  const children = stdout.split('\n').map((line) => line.trim().split(/\s+/))
  return children
    .filter(([, ppid, name]) => Number(ppid) === parent && name !== 'ps')
    .map(([pid]) => Number(pid))
}

async function killAndRestart(name: 'postgres' | 'kafka' | 'redis'): Promise<void> {
  const engine = running()[name]
  const { pid, port } = engine
  const exit = new Promise<EngineExit>((resolve) => void engine.onExit(resolve))
  engine.kill('SIGKILL')
  expect(await exit).toEqual({ code: null, signal: 'SIGKILL' })
  expect(engine.pid).toBeUndefined()
  await engine.restart()
  expect(engine.port).toBe(port)
  expect(engine.pid).not.toBe(pid)
}

function running(): NonNullable<Engines['processes']> {
  if (!engines.processes) throw new Error('These engines are not ours.')
  return engines.processes
}
