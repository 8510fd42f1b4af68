import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, readFileSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openOrphanGuard } from '@forecourt/engines/orphan-guard'
import { freePort } from '@forecourt/engines/ports'
import type { Layout } from '../local/programs.ts'
import { readSecrets } from '../local/secrets.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const READY_MS = 240_000

/** The whole system as `start` runs it, with engines, a port and data of its own. */
export interface Stack {
  /** `http://127.0.0.1:…` of the gateway. */
  url: string
  dataDir: string
  /** The parents of all programs and engines: `start`, and who keeps the second processes. */
  parents: number[]
  databaseUrl: string
  kafkaBrokers: string
  /** The provider's side of the inbox, where faults are ordered. */
  inboxUrl: string
  /** False once `start` has ended, which nobody asked it to. */
  readonly lives: boolean
  stop(): Promise<void>
}

// A sender that died is doubted and looked up sooner than in ordinary life, so that a campaign has
// many such cases and need not wait for them; the order of these three is what is kept. On a busy
// machine a try may lie at the provider's door for seconds before it is taken.
const PATIENCE = {
  PROVIDER_TIMEOUT_MS: '2000',
  MESSAGE_LEASE_MS: '10000',
  UNKNOWN_LOOKUP_MS: '8000',
}

/** Starts it and waits until it is ready. Whatever it prints goes to `chaos/stack.log`. */
export async function raiseStack(dataDir: string): Promise<Stack> {
  const gatewayPort = await freePort(undefined, new Set())
  const notes = join(dataDir, 'chaos')
  mkdirSync(notes, { recursive: true })
  const log = createWriteStream(join(notes, 'stack.log'))
  // If this process is killed, so is the stack.
  const guard = openOrphanGuard()
  const ports: Record<string, number> = {}
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const start = launch('infra/local/start.ts', startEnv(dataDir, gatewayPort), log, (line) => {
    notePorts(ports, line)
    if (line.includes('Forecourt is ready')) resolve()
  })
  const running = [start]
  for (const { pid } of running) guard.watch(pid as number)

  async function stop(): Promise<void> {
    for (const child of running.toReversed()) await end(child)
    await guard.close()
    log.end()
  }

  const late = once(AbortSignal.timeout(READY_MS), 'abort').then(() => 'late')
  const early = once(start, 'exit').then(() => 'ended')
  if ((await Promise.race([ready, early, late])) !== undefined) {
    await stop()
    throw new Error(`The stack did not come up; see ${notes}/stack.log.`)
  }
  const addresses = addressesOf(join(dataDir, 'engines'))
  const engines = { ...addresses, processes: null, stop, [Symbol.asyncDispose]: stop }
  const layout: Layout = { engines, secrets: readSecrets(dataDir), dataDir, gatewayPort, ports }
  const env = { ...PATIENCE, CHAOS_LAYOUT: JSON.stringify(layout) }
  const seconds = launch('infra/chaos/understudies.ts', env, log, () => undefined)
  running.push(seconds)
  guard.watch(seconds.pid as number)
  return {
    url: `http://127.0.0.1:${gatewayPort}`,
    dataDir,
    parents: running.map(({ pid }) => pid as number),
    inboxUrl: `http://127.0.0.1:${ports['inbox']}`,
    ...addresses,
    get lives() {
      return !hasEnded(start)
    },
    stop,
  }
}

function startEnv(dataDir: string, gatewayPort: number): Record<string, string> {
  return {
    FORECOURT_PORT: String(gatewayPort),
    FORECOURT_DATA: dataDir,
    FORECOURT_ENGINES: 'embedded',
    // Every client has an address of its own, as behind a real proxy.
    TRUST_PROXY: '127.0.0.1',
    BCRYPT_ROUNDS: '4',
    ...PATIENCE,
  }
}

function launch(
  entry: string,
  env: Record<string, string>,
  log: WriteStream,
  read: (line: string) => void,
): ChildProcess {
  const child = spawn(process.execPath, [entry], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${new Date().toISOString()} ${line}\n`)
      read(line)
    })
  }
  return child
}

/** `start` chooses the ports of its programs, and says where each of them listens. */
function notePorts(ports: Record<string, number>, line: string): void {
  const [, service, port] = /([\w-]+) listens .*"url":"http:[^"]*:(\d+)"/.exec(line) ?? []
  if (service) ports[service] = Number(port)
  const [, http, smtp] = /"httpUrl":"http:[^"]*:(\d+)","smtpPort":(\d+)/.exec(line) ?? []
  if (http) Object.assign(ports, { inbox: Number(http), smtp: Number(smtp) })
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

function addressesOf(folder: string) {
  const ports = JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8')) as {
    postgres: number
    kafka: number
    redis: number
  }
  const password = readFileSync(join(folder, 'postgres.password'), 'utf8').trim()
  return {
    databaseUrl: `postgres://postgres:${password}@127.0.0.1:${ports.postgres}/postgres`,
    kafkaBrokers: `127.0.0.1:${ports.kafka}`,
    redisUrl: `redis://127.0.0.1:${ports.redis}`,
  }
}
