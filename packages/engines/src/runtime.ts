import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Setting } from './engine.ts'
import { waitForLock } from './lock.ts'
import { findProgram } from './programs.ts'

/** What Maven brings for the embedded engines. */
export type Runtime = { jars: string[]; redisServer: string | null }

const root = join(import.meta.dirname, '..', '..', '..')
const pom = join(root, 'infra', 'kafka', 'pom.xml')
const cache = join(root, '.forecourt', 'cache')

const LOCK_WAIT_MS = 10 * 60_000
const PROGRESS_MS = 2_000

type Fetching = Pick<Setting, 'env' | 'log' | 'over'>

/**
 * Kafka's jars and a Redis binary, fetched once per checkout and pom. The folder is named by the
 * pom's content and gets its name only when it is whole: if it is there, nothing is asked of Maven
 * or of the network.
 */
export async function fetchRuntime(fetching: Fetching): Promise<Runtime> {
  const folder = await runtimeFolder()
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true })
    const lock = await waitForLock(join(cache, 'fetch.lock'), LOCK_WAIT_MS, () =>
      fetching.log('Kafka and Redis: waiting for another process that fetches them'),
    )
    try {
      if (!existsSync(folder)) await fetchInto(folder, fetching)
    } finally {
      lock.release()
    }
  }
  const jars = await readdir(join(folder, 'kafka'))
  return {
    jars: jars.toSorted().map((jar) => join(folder, 'kafka', jar)),
    redisServer: await pickRedis(join(folder, 'redis')),
  }
}

export async function isRuntimeThere(): Promise<boolean> {
  return existsSync(await runtimeFolder())
}

async function runtimeFolder(): Promise<string> {
  const content = await readFile(pom)
  return join(cache, `engines-${createHash('sha256').update(content).digest('hex').slice(0, 12)}`)
}

async function fetchInto(folder: string, fetching: Fetching): Promise<void> {
  const maven = await findProgram('mvn', fetching.env)
  if (!maven) throw new Error('Kafka is fetched by Maven: install Maven (mvn on PATH).')
  const unfinished = `${folder}.new`
  await rm(unfinished, { recursive: true, force: true })
  await runMaven(maven, unfinished, fetching)
  const redis = join(unfinished, 'redis')
  for (const file of await readdir(redis)) await chmod(join(redis, file), 0o755)
  await rename(unfinished, folder)
}

async function runMaven(maven: string, folder: string, fetching: Fetching): Promise<void> {
  const { env, log, over: signal } = fetching
  const logFile = join(cache, 'maven.log')
  const startedAt = Date.now()
  let output = ''
  const progress = setInterval(() => {
    const files = output.split('Downloaded from').length - 1
    const seconds = Math.round((Date.now() - startedAt) / 1000)
    log(`Kafka and Redis: fetching with Maven, ${files} files in ${seconds} s`)
  }, PROGRESS_MS)
  const args = ['-B', '-f', pom, 'package', `-Druntime=${folder}`]
  const child = spawn(maven, args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  const ended = once(child, 'close') as Promise<[number | null]>
  const [code] = await ended.finally(() => clearInterval(progress))
  await writeFile(logFile, output)
  if (code === 0) return
  const fault = /^\[ERROR\] (.+)$/m.exec(output)?.[1] ?? `it ended with code ${code}.`
  throw new Error(
    'Maven could not fetch Kafka and Redis: check the network and the settings of Maven ' +
      `(all it said is in ${logFile}).\n${fault}`,
  )
}

async function pickRedis(folder: string): Promise<string | null> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const name = (await readdir(folder)).find((file) => file.endsWith(`-${process.platform}-${arch}`))
  return name === undefined ? null : join(folder, name)
}
