import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { openOrphanGuard } from '@forecourt/engines/orphan-guard'
import { nodeFlags } from '../local/supervisor.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const GRACE_MS = 10_000

export type Env = Record<string, string>

/** A process that a row measures or measures against. */
export interface Program {
  pid: number
  /** Tells it to end and waits until it has; answers after how many ms. */
  stop(): Promise<number>
}

export interface Programs {
  /** Starts a file of this repository as `start` does; what it says goes to a log file. */
  node(entry: string, env: Env): Program
  /** Starts any other program. */
  other(command: string, args: string[]): Program
  stopAll(): Promise<void>
}

/** Everything that is measured runs in processes of its own, away from who measures it. */
export function openPrograms(folder: string, isProfiled: boolean): Programs {
  const guard = openOrphanGuard()
  const living = new Set<Program>()
  const log = openSync(`${folder}/programs.log`, 'w')

  function launch(command: string, args: string[], env: NodeJS.ProcessEnv): Program {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', log, log] })
    const { pid } = child
    if (pid === undefined) throw new Error(`${command} cannot be started.`)
    guard.watch(pid)
    const program = { pid, stop: () => end(child).finally(() => living.delete(program)) }
    living.add(program)
    child.once('exit', () => guard.forget(pid))
    return program
  }

  const profiling = isProfiled ? ['--cpu-prof', `--cpu-prof-dir=${folder}/profiles`] : []
  const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  return {
    node: (entry, env) =>
      launch(process.execPath, [...nodeFlags, ...profiling, entry], { ...inherited, ...env }),
    other: (command, args) => launch(command, args, inherited),
    async stopAll() {
      await Promise.all([...living].map((program) => program.stop()))
      await guard.close()
    },
  }
}

async function end(child: ChildProcess): Promise<number> {
  const begun = performance.now()
  if (child.exitCode !== null || child.signalCode !== null) return 0
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(force)
  return performance.now() - begun
}
