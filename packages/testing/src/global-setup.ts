import { startEngines } from '@forecourt/engines/engines'
import type { Engines } from '@forecourt/engines/engines-offer'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    databaseUrl: string
    kafkaBrokers: string
    redisUrl: string
  }
}

let engines: Engines | undefined

/** Starts the engines once per run, if a queued file needs them; they are thrown-away fast. */
export async function setup(project: TestProject): Promise<void> {
  const queued = project.vitest.state.getPaths()
  if (!queued.some((path) => /\.db\.test\.ts$|\/e2e\//.test(path))) return
  engines = await startEngines({
    dataDir: new URL('../../../.forecourt/test', import.meta.url).pathname,
    durable: false,
    log: (line) => process.stderr.write(`${line}\n`),
  })
  project.provide('databaseUrl', engines.databaseUrl)
  project.provide('kafkaBrokers', engines.kafkaBrokers)
  project.provide('redisUrl', engines.redisUrl)
}

export async function teardown(): Promise<void> {
  await engines?.stop()
}
