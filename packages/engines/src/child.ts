import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Engine,
  type EngineExit,
  type EngineName,
  GRACE_MS,
  keepEngine,
  type Life,
  READY_MS,
  type Setting,
  sizeOf,
  startFailure,
  waitUntilItAnswers,
} from './engine.ts'
import { writePidFile } from './leftover.ts'
import type { OrphanGuard } from './orphan-guard.ts'

/** Where an engine that is a child of this process finds itself. */
export type ChildSetting = Setting & { guard: OrphanGuard }

/** How a child is brought up. */
export type Launch = {
  name: EngineName
  port: number
  address: string
  /** The program and its arguments. */
  command: string[]
  env: NodeJS.ProcessEnv
  /** Whom the process becomes, when not whoever we are. */
  user?: { uid: number; gid: number } | undefined
  /** Asks for a fast and clean shutdown. */
  stopSignal: NodeJS.Signals
  /** What the log says when it cannot start yet because its killed predecessor is not all gone. */
  notYet?: RegExp
  /** Rejects until a real client gets an answer. */
  answers(): Promise<void>
}

/** Starts an engine as a child of this process. */
export function startChild(setting: ChildSetting, launch: Launch): Promise<Engine> {
  const { name, port, address } = launch
  const logFile = `${setting.dataDir}/${name}.log`
  return keepEngine({ name, port, address, logFile }, () => bringUp(setting, launch, logFile))
}

export function pidFileOf(dataDir: string, name: EngineName): string {
  return `${dataDir}/${name}.pid`
}

async function bringUp(setting: ChildSetting, launch: Launch, logFile: string): Promise<Life> {
  const { answers, stopSignal } = launch
  const until = Date.now() + READY_MS
  for (;;) {
    const logStart = sizeOf(logFile)
    setting.over.throwIfAborted()
    const child = await spawnEngine(setting, launch, logFile)
    const hasEnded = () => isOver(child)
    const fault = await waitUntilItAnswers({ answers, hasEnded, until, over: setting.over })
    if (fault === null) return lifeOf(child, stopSignal)
    await end(child, stopSignal)
    const said = readFileSync(logFile).subarray(logStart).toString()
    const mayTryAgain = launch.notYet?.test(said) && Date.now() < until
    if (!mayTryAgain) throw startFailure(launch.name, fault, said, logFile)
    await sleep(200)
  }
}

async function spawnEngine(
  { dataDir, guard }: ChildSetting,
  launch: Launch,
  logFile: string,
): Promise<ChildProcess> {
  const log = openSync(logFile, 'a')
  const [program = '', ...args] = launch.command
  const child = spawn(program, args, {
    // The log is a file and no pipe, so that an engine never waits for a busy parent to read.
    stdio: ['ignore', log, log],
    // Out of the terminal's foreground group: on Ctrl-C the engines end when stop() says so, after
    // the services that use them.
    detached: true,
    cwd: dataDir,
    env: launch.env,
    ...launch.user,
  })
  closeSync(log)
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(new Error(`${program} cannot be started.`, { cause })))
  })
  const pid = child.pid as number
  const pidFile = pidFileOf(dataDir, launch.name)
  guard.watch(pid)
  writePidFile(pidFile, pid)
  child.once('exit', () => {
    guard.forget(pid)
    rmSync(pidFile, { force: true })
  })
  return child
}

function lifeOf(child: ChildProcess, stopSignal: NodeJS.Signals): Life {
  return {
    pid: child.pid as number,
    ended: new Promise<EngineExit>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }))
    }),
    end: () => end(child, stopSignal),
    kill: (signal) => child.kill(signal),
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (isOver(child)) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  // A stopped process hears nothing until it goes on.
  child.kill('SIGCONT')
  const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(force)
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
