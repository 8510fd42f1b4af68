import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Which of the two own ways the tests take; those that only one can keep are marked. */
export const way = process.env['FORECOURT_ENGINES'] === 'docker' ? 'docker' : 'embedded'

/** What makes a start take that way, even where engines are given to the tests themselves. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  FORECOURT_ENGINES: way,
  DATABASE_URL: undefined,
  KAFKA_BROKERS: undefined,
  REDIS_URL: undefined,
}

/** A process of its own that starts the engines and then just stands there. */
export async function startElsewhere(
  dataDir: string,
): Promise<{ starter: ChildProcess; pids: number[] }> {
  const entry = JSON.stringify(join(import.meta.dirname, 'engines.ts'))
  const code = `
    const { startEngines } = await import(${entry})
    const { processes } = await startEngines({ dataDir: ${JSON.stringify(dataDir)}, log: () => {} })
    console.log(JSON.stringify(Object.values(processes).map((engine) => engine.pid)))
    setInterval(() => {}, 60_000)`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [printed] = (await once(starter.stdout, 'data')) as [Buffer]
  return { starter, pids: JSON.parse(printed.toString()) as number[] }
}
