import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildSetting } from './child.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import type { Engine } from './engine.ts'
import type { Engines, EnginesOptions } from './engines-offer.ts'
import { startKafka } from './kafka.ts'
import { openOrphanGuard } from './orphan-guard.ts'
import { choosePorts, type Ports } from './ports.ts'
import { startPostgres } from './postgres.ts'
import { findJava, findProgram } from './programs.ts'
import { startRedis } from './redis.ts'
import { fetchRuntime } from './runtime.ts'
import { offerTogether } from './together.ts'

/** Starts the three real engines as children of this process. */
export async function startEmbedded(options: Required<EnginesOptions>): Promise<Engines> {
  const folder = await openDataFolder(options.dataDir, options.log)
  try {
    // As root, the user that Postgres runs as must get through a folder made for its owner only.
    if (process.getuid?.() === 0) chmodSync(folder.path, 0o755)
    return await startAll(options, folder)
  } catch (error) {
    folder.release()
    throw error
  }
}

async function startAll(
  { env, log, durable, ports: fixed }: Required<EnginesOptions>,
  folder: DataFolder,
): Promise<Engines> {
  const ports = await choosePorts(join(folder.path, 'ports.json'), fixed)
  const guard = openOrphanGuard()
  const over = new AbortController()
  const setting: ChildSetting = { dataDir: folder.path, env, log, guard, over: over.signal }
  const runtime = fetchRuntime(setting)
  const starting = [
    startPostgres(setting, { port: ports.postgres, durable }),
    runtime.then(({ jars }) => findJavaAndStartKafka(setting, ports, jars)),
    runtime.then(({ redisServer }) => findAndStartRedis(setting, ports, durable, redisServer)),
  ] as const
  return offerTogether(starting, over, async () => {
    await guard.close()
    folder.release()
  })
}

async function findJavaAndStartKafka(setting: ChildSetting, ports: Ports, jars: string[]) {
  const java = await findJava(setting.env)
  if (!java) throw new Error('Kafka needs Java of version 17 or newer: install a JDK.')
  const { kafka: port, kafkaController: controllerPort } = ports
  return startKafka(setting, { port, controllerPort, java, jars })
}

async function findAndStartRedis(
  setting: ChildSetting,
  { redis: port }: Ports,
  durable: boolean,
  fetched: string | null,
): Promise<Engine> {
  const own = await findProgram('redis-server', setting.env)
  const program = own ?? fetched
  if (!program) throw new Error('There is no Redis for this machine: install redis-server.')
  return startRedis(setting, { port, durable, program }).catch((cause: Error) => {
    const cure = own ? '' : '\nIf it does not fit this machine, install redis-server.'
    throw new Error(cause.message + cure, { cause })
  })
}
