import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { startingRoles } from '@forecourt/contracts/roles'
import { schemaName, type ServiceName } from '@forecourt/contracts/service-name'
import { startEngines } from '@forecourt/engines/engines'
import type { Engines } from '@forecourt/engines/engines-offer'
import { freePort } from '@forecourt/engines/ports'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { migrate, serviceUrl } from '@forecourt/platform/migrate'
import { createTopics } from '@forecourt/platform/topics'
import { serveKeys } from '@forecourt/testing/tokens'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { services } from '../services.ts'
import { openPrograms, type Env, type Program, type Programs } from './program.ts'

const READY_MS = 30_000
const PARTITIONS = 6
/** Roles belong to all databases of a server; tests that run on it beside us use this one. */
const password = process.env['SERVICE_DATABASE_PASSWORD'] ?? 'test'

/** A migrated database of one service, empty but for its roles. */
export interface Prepared {
  /** As the service's own role. */
  url: string
  /** As its owner, who sees every row; the service's schema is its search path. */
  admin: pg.Pool
  /** What the service is told that runs on it. */
  env: Env
}

export interface Served extends Program {
  url: string
  /** From its start until it said that it is ready. */
  readyMs: number
}

/** What every row is given. All that it makes is gone when the bench ends. */
export interface Stage {
  engines: Engines
  /** Stands before every topic and group of this run. */
  kafkaPrefix: string
  programs: Programs
  /** A folder for files of this run. */
  folder: string
  /** How many vehicles are searched. */
  vehicles: number
  /** What every program of ours is told. */
  env: Env
  /** A database of this service; another name gives another one. */
  prepare(service: ServiceName, name?: string): Promise<Prepared>
  /** Starts a program of ours on a free port and waits until `GET /readyz` answers 200. */
  serve(entry: string, env: Env, probe?: string): Promise<Served>
  close(): Promise<void>
}

export async function openStage(isProfiled: boolean, vehicles: number): Promise<Stage> {
  const folder = resolve(process.env['FORECOURT_DATA'] ?? '.forecourt', 'bench')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const engines = await startEngines({ dataDir: `${folder}/engines`, log: say })
  const run = `bench_${randomBytes(4).toString('hex')}`
  const keySet = await serveKeys()
  const programs = openPrograms(folder, isProfiled)
  const prepared = new Map<string, Promise<Prepared>>()
  const topics = once(() => makeTopics(engines.kafkaBrokers, `${run}.`))
  const env = {
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    KAFKA_BROKERS: engines.kafkaBrokers,
    KAFKA_PREFIX: `${run}.`,
    REDIS_URL: engines.redisUrl,
    JWKS_URL: keySet.url,
    FORECOURT_DATA: folder,
    NODE_COMPILE_CACHE: `${folder}/compile-cache`,
    ...makeSecrets(),
  }

  async function makePrepared(database: string, service: ServiceName): Promise<Prepared> {
    await topics()
    const { url, admin } = await makeDatabase(engines.databaseUrl, database, service)
    return { url, admin, env: { ...env, DATABASE_URL: url } }
  }

  async function close(): Promise<void> {
    await programs.stopAll()
    const databases = await Promise.all(prepared.values())
    await Promise.all(databases.map(({ admin }) => admin.end()))
    await dropDatabases(engines.databaseUrl, [...prepared.keys()])
    await dropTopics(engines.kafkaBrokers, `${run}.`)
    keySet.close()
    await engines.stop()
  }

  return {
    engines,
    kafkaPrefix: `${run}.`,
    programs,
    folder,
    vehicles,
    env,
    prepare(service, name = 'ours') {
      const database = `${run}_${schemaName(service)}_${name}`
      const known = prepared.get(database)
      if (known) return known
      const making = makePrepared(database, service)
      prepared.set(database, making)
      return making
    },
    async serve(entry, env, probe = '/readyz') {
      const port = await freePort(undefined, new Set())
      const url = `http://127.0.0.1:${port}`
      const begun = performance.now()
      const program = programs.node(entry, { ...env, PORT: String(port) })
      await untilReady(`${url}${probe}`, entry)
      return { ...program, url, readyMs: performance.now() - begun }
    },
    close: once(close),
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function makeDatabase(
  adminUrl: string,
  database: string,
  name: ServiceName,
): Promise<Omit<Prepared, 'env'>> {
  await administer(adminUrl, [`create database ${database}`])
  const service = services.find((one) => one.name === name)
  if (!service) throw new Error(`There is no service ${name}.`)
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  await migrate({ adminUrl: url.href, service: name, folders: service.migrations, password })
  const schema = schemaName(name)
  const options = `-c search_path=${schema}`
  const admin = new pg.Pool({ connectionString: url.href, max: 4, options })
  for (const [role, permissions] of Object.entries(startingRoles)) {
    await admin.query(
      'insert into role_permission (role, permissions, version) values ($1, $2, 1)',
      [role, permissions],
    )
  }
  return { url: serviceUrl(url.href, name, password), admin }
}

async function dropDatabases(adminUrl: string, names: string[]): Promise<void> {
  await administer(
    adminUrl,
    names.map((name) => `drop database ${name} with (force)`),
  )
}

async function administer(adminUrl: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

async function makeTopics(brokers: string, prefix: string): Promise<void> {
  const log = openLog('bench', 'silent')
  const bus = connectBus({ brokers: brokers.split(','), prefix, clientId: 'bench', log })
  await createTopics(bus, PARTITIONS)
  await bus.close()
}

async function dropTopics(brokers: string, prefix: string): Promise<void> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
    if (topics.length > 0) await admin.deleteTopics({ topics })
  } finally {
    await admin.disconnect()
  }
}

function makeSecrets(): Env {
  const ring = () => `dev-1:${randomBytes(32).toString('base64')}`
  const names = ['PERSONAL_KEYS', 'BLIND_INDEX_KEY', 'TRANSPORT_KEYS', 'OTP_KEYS']
  return Object.fromEntries(names.map((name) => [name, ring()]))
}

async function untilReady(probe: string, entry: string): Promise<void> {
  const end = Date.now() + READY_MS
  let told = 'nothing'
  while (Date.now() < end) {
    const answer = await fetch(probe).catch(() => undefined)
    if (answer) told = await answer.text()
    if (answer?.ok) return
    await new Promise((wake) => setTimeout(wake, 5))
  }
  throw new Error(`${entry} was not ready within ${READY_MS / 1_000} s; it said ${told}.`)
}

function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | undefined
  return () => (running ??= work())
}
