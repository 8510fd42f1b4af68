import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { serviceNames } from '@forecourt/contracts/service-name'
import { startEngines } from '@forecourt/engines/engines'
import type { Engines } from '@forecourt/engines/engines-offer'
import { isFree } from '@forecourt/engines/ports'
import { keepEngines } from './engine-keeper.ts'
import { say } from './log-lines.ts'
import { choosePorts, commonEnv, programsOf, serviceEnv, type Layout } from './programs.ts'
import { greet } from './greeting.ts'
import { noteRunning } from './running.ts'
import { readSecrets } from './secrets.ts'
import { supervise, type Supervisor } from './supervisor.ts'

const READY_MS = 120_000

/** Brings up the whole system on this machine, and keeps it up until it is told to end. */
async function start(): Promise<void> {
  const begun = performance.now()
  const dataDir = resolve(process.env['FORECOURT_DATA'] ?? '.forecourt')
  mkdirSync(dataDir, { recursive: true, mode: 0o755 })
  const supervisor = supervise(process.argv.includes('--watch'))
  let engines: Engines | undefined
  let letEnginesGo = () => {}
  const stop = once(async (code: number) => {
    say('Closing.')
    letEnginesGo()
    await supervisor.stop()
    await engines?.stop()
    process.exit(code)
  })
  process.on('SIGINT', () => void stop(0))
  process.on('SIGTERM', () => void stop(0))
  try {
    const gatewayPort = await portOf(process.env['FORECOURT_PORT'] ?? '8080')
    engines = await startEngines({ dataDir: resolve(dataDir, 'engines'), log: say })
    letEnginesGo = keepEngines(engines)
    noteRunning(dataDir, engines)
    const secrets = readSecrets(dataDir)
    const layout = { engines, secrets, dataDir, gatewayPort, ports: await choosePorts() }
    await prepare(supervisor, layout)
    supervisor.start(programsOf(layout))
    await untilReady(gatewayPort, supervisor)
    noteRunning(dataDir, engines, secrets.keys)
    process.on('SIGHUP', () => void renew(supervisor, layout).catch(fail))
    greet(gatewayPort, engines.kafkaBrokers, (performance.now() - begun) / 1_000)
  } catch (error) {
    await fail(error)
  }

  async function fail(error: unknown): Promise<void> {
    say(`Forecourt cannot start. ${error instanceof Error ? error.message : String(error)}`)
    await stop(1)
  }
}

/** Gives every service the secrets as they are now, one after another. */
async function renew(supervisor: Supervisor, layout: Layout): Promise<void> {
  const secrets = readSecrets(layout.dataDir)
  const isService = new Set<string>(serviceNames)
  for (const program of programsOf({ ...layout, secrets })) {
    if (!isService.has(program.name)) continue
    await supervisor.renew(program)
    await untilReady(layout.gatewayPort, supervisor)
  }
  noteRunning(layout.dataDir, layout.engines, secrets.keys)
}

/** Schemas, topics and seeds, each step a program that ends. */
async function prepare(supervisor: Supervisor, layout: Layout): Promise<void> {
  const common = commonEnv(layout)
  await supervisor.run({
    name: 'prepare',
    entry: 'infra/local/prepare.ts',
    env: {
      ...common,
      ADMIN_DATABASE_URL: layout.engines.databaseUrl,
      SERVICE_DATABASE_PASSWORD: layout.secrets.databasePassword,
    },
  })
  const seeds = ['identity', 'customer-vehicle', 'notification'].map((name) =>
    supervisor.run({
      name: `${name} seed`,
      entry: `services/${name}/src/seed.ts`,
      env: { ...common, ...serviceEnv(layout, name), FORECOURT_SEED: 'development' },
    }),
  )
  await Promise.all(seeds)
}

async function untilReady(port: number, supervisor: Supervisor): Promise<void> {
  const end = Date.now() + READY_MS
  let told = Date.now()
  while (Date.now() < end) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() - told > 2_000) {
      told = Date.now()
      const names = [...supervisor.failing]
      say(names.length > 0 ? `Waiting for ${names.join(', ')}.` : 'Waiting for the services.')
    }
    await new Promise((wake) => setTimeout(wake, 100))
  }
  throw new Error(
    `It was not ready within ${READY_MS / 1_000} s: ${[...supervisor.failing].join(', ')}.`,
  )
}

async function portOf(text: string): Promise<number> {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`FORECOURT_PORT must be a port, not "${text}".`)
  }
  if (await isFree(port)) return port
  throw new Error(`Port ${port} is taken: choose another by FORECOURT_PORT.`)
}

function once<Argument>(work: (argument: Argument) => Promise<void>) {
  let running: Promise<void> | undefined
  return (argument: Argument): Promise<void> => (running ??= work(argument))
}

await start()
