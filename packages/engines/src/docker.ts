import { join } from 'node:path'
import { removeContainer, type ContainerSetting, startContainer } from './container.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { type Definition, defineKafka, definePostgres, defineRedis } from './definitions.ts'
import { reachDocker, removeVolume } from './docker-client.ts'
import type { Engine } from './engine.ts'
import type { Engines, EnginesOptions } from './engines-offer.ts'
import { chooseImages } from './images.ts'
import { choosePorts } from './ports.ts'
import { readPassword } from './postgres.ts'
import { offerTogether } from './together.ts'
import { forgetVolumes, namesInDocker, openVolumes, type Volumes } from './volumes.ts'

/** Starts the three engines in Docker, each on a volume of its own that outlives its container. */
export async function startDocker(options: Required<EnginesOptions>): Promise<Engines> {
  const client = await reachDocker()
  const folder = await openDataFolder(options.dataDir, options.log)
  try {
    return await startAll(options, folder, client)
  } catch (error) {
    folder.release()
    throw error
  }
}

/** Removes all that a data folder, on which nothing runs, has in Docker. */
export async function emptyDocker(dataDir: string): Promise<void> {
  const names = namesInDocker(dataDir)
  if (names.length === 0) return
  const client = await reachDocker()
  for (const name of names) {
    await removeContainer(client.container.getById(name))
    await removeVolume(client, name)
  }
  forgetVolumes(dataDir)
}

async function startAll(
  { env, log, durable, ports: fixed }: Required<EnginesOptions>,
  folder: DataFolder,
  client: ContainerSetting['client'],
): Promise<Engines> {
  const dataDir = folder.path
  const ports = await choosePorts(join(dataDir, 'ports.json'), fixed)
  const over = new AbortController()
  const volumes = openVolumes(dataDir)
  const nameOf = ({ name }: Definition) => volumes.nameOf(name)
  const setting: ContainerSetting = { dataDir, env, log, client, nameOf, over: over.signal }
  const given = { images: chooseImages(env), ports, password: readPassword(dataDir), durable }
  const starting = [
    startOnVolume(setting, volumes, definePostgres(given)),
    startOnVolume(setting, volumes, defineKafka(given)),
    startOnVolume(setting, volumes, defineRedis(given)),
  ] as const
  return offerTogether(starting, over, async () => folder.release())
}

async function startOnVolume(
  setting: ContainerSetting,
  volumes: Volumes,
  definition: Definition,
): Promise<Engine> {
  const { client } = setting
  const name = setting.nameOf(definition)
  if (!volumes.isWhole(definition.name)) {
    await removeContainer(client.container.getById(name))
    await removeVolume(client, name)
  }
  const engine = await startContainer(setting, definition)
  volumes.setWhole(definition.name)
  return engine
}
