import { once } from 'node:events'
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ContainerRuntimeClient, GenericContainer, type WaitStrategy } from 'testcontainers'
import type { Definition } from './definitions.ts'
import { type DockerContainer, fetchImage } from './docker-client.ts'
import {
  type Engine,
  type EngineExit,
  GRACE_MS,
  keepEngine,
  type Life,
  READY_MS,
  type Setting,
  sizeOf,
  startFailure,
  waitUntilItAnswers,
} from './engine.ts'

/** Where an engine in Docker finds itself. */
export type ContainerSetting = Setting & {
  client: ContainerRuntimeClient
  /** Of the engine's volume, and of the one container at a time that may use it. */
  nameOf: (engine: Definition) => string
}

// Postgres shares memory between the workers of one query; Docker's 64 MB is soon too small.
const SHARED_MEMORY_BYTES = 256 * 1024 * 1024
const LOG_END_MS = 2_000

/** Starts an engine in Docker. Each of its lives is a container of its own on the same volume. */
export async function startContainer(
  setting: ContainerSetting,
  definition: Definition,
): Promise<Engine> {
  await orOver(fetchImage(setting.client, definition, setting.log), setting.over)
  const { name, port, address } = definition
  const logFile = `${setting.dataDir}/${name}.log`
  return keepEngine({ name, port, address, logFile }, () => bringUp(setting, definition, logFile))
}

/** Ends and removes a container, if there is one. */
export async function removeContainer(container: DockerContainer): Promise<void> {
  // A stopped process hears nothing until it goes on.
  await unless(container.kill({ signal: 'SIGCONT' }), NOT_RUNNING, NOT_THERE)
  await unless(container.stop({ t: GRACE_MS / 1_000 }), ALREADY_STOPPED, NOT_THERE)
  // Volumes without a name, which images declare for themselves, go with it.
  await unless(container.remove({ v: true, force: true }), NOT_THERE)
}

async function bringUp(
  setting: ContainerSetting,
  definition: Definition,
  logFile: string,
): Promise<Life> {
  setting.over.throwIfAborted()
  const { client, over, log } = setting
  const name = setting.nameOf(definition)
  const left = client.container.getById(name)
  const wasRunning = await isRunning(left)
  await removeContainer(left)
  if (wasRunning) log(`${definition.name}: removed the container of an earlier run`)

  const logStart = sizeOf(logFile)
  const logged = createWriteStream(logFile, { flags: 'a' })
  const watch = watchStart(definition, over)
  try {
    await containerOf(definition, setting, name)
      .withLogConsumer((stream) => stream.pipe(logged))
      .withWaitStrategy(watch.strategy)
      .start()
    return await lifeOf(left, watch.ended(), log)
  } catch (error) {
    await removeContainer(left)
    await closeOf(logged)
    const said = readFileSync(logFile).subarray(logStart).toString()
    throw startFailure(definition.name, error as Error, said, logFile)
  }
}

function containerOf(definition: Definition, { dataDir }: ContainerSetting, name: string) {
  const { image, port, containerPort, command, environment, dataPath } = definition
  const container = new LoopbackContainer(image)
    .withName(name)
    .withLabels({ 'forecourt.data': dataDir })
    .withExposedPorts({ container: containerPort, host: port })
    .withBindMounts([{ source: name, target: dataPath }])
    .withSharedMemorySize(SHARED_MEMORY_BYTES)
    .withEnvironment(environment)
    // A container that cleans up after others would be one more image, and one with Docker's keys.
    .withAutoCleanup(false)
  return command.length > 0 ? container.withCommand(command) : container
}

/** The library binds ports to every address of the machine. */
class LoopbackContainer extends GenericContainer {
  protected override async beforeContainerCreated(): Promise<void> {
    const bindings = this.hostConfig.PortBindings as Record<string, { HostPort: string }[]>
    this.hostConfig.PortBindings = Object.fromEntries(
      Object.entries(bindings).map(([port, places]) => [
        port,
        places.map(({ HostPort }) => ({ HostIp: '127.0.0.1', HostPort })),
      ]),
    )
  }
}

/** Waits for our own client's answer: a published port is open long before the engine listens. */
function watchStart({ answers }: Definition, over: AbortSignal) {
  let ended: Promise<EngineExit> | undefined
  const strategy: WaitStrategy = {
    async waitUntilReady(container) {
      let isOver = false
      ended = exitOf(container)
      void ended.then(() => {
        isOver = true
      })
      const until = Date.now() + READY_MS
      const fault = await waitUntilItAnswers({ answers, hasEnded: () => isOver, until, over })
      if (fault) throw fault
    },
    withStartupTimeout: () => strategy,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => READY_MS,
  }
  return {
    strategy,
    ended() {
      if (!ended) throw new Error('A container was started that nobody waited for.')
      return ended
    },
  }
}

async function exitOf(container: DockerContainer): Promise<EngineExit> {
  try {
    const { StatusCode: status } = (await container.wait()) as { StatusCode: number }
    // As a shell does, Docker tells a death by signal as 128 and the signal's number.
    const signals = Object.entries(constants.signals) as [NodeJS.Signals, number][]
    const signal = signals.find(([, number]) => number === status - 128)?.[0] ?? null
    return { code: signal ? null : status, signal }
  } catch {
    // Docker itself went away, and took what it ran with it.
    return { code: null, signal: null }
  }
}

async function lifeOf(
  container: DockerContainer,
  ended: Promise<EngineExit>,
  log: (line: string) => void,
): Promise<Life> {
  const { State } = await container.inspect()
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  return {
    pid: State.Pid,
    ended,
    end: () => removeContainer(container),
    kill(signal) {
      if (isOver) return false
      unless(container.kill({ signal }), NOT_RUNNING, NOT_THERE).catch((error: Error) =>
        log(`Docker did not send ${signal}: ${error.message}`),
      )
      return true
    },
  }
}

async function isRunning(container: DockerContainer): Promise<boolean> {
  const found = await unless(container.inspect(), NOT_THERE)
  return typeof found === 'object' && found.State.Running
}

const ALREADY_STOPPED = 304
const NOT_THERE = 404
const NOT_RUNNING = 409

/** The answer, or the status by which Docker says that there is nothing to do. */
async function unless<T>(answer: Promise<T>, ...statuses: number[]): Promise<T | number> {
  try {
    return await answer
  } catch (error) {
    const { statusCode } = error as { statusCode?: number }
    if (statusCode !== undefined && statuses.includes(statusCode)) return statusCode
    throw error
  }
}

async function closeOf(logged: WriteStream): Promise<void> {
  // The last words come after the death; a container that never ran has none.
  await Promise.race([once(logged, 'close'), sleep(LOG_END_MS, null, { ref: false })])
  logged.destroy()
}

function orOver<T>(work: Promise<T>, over: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    over.addEventListener('abort', () => reject(over.reason as Error), { once: true })
    work.then(resolve, reject)
  })
}
