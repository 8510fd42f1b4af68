import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify } from './process-identity.ts'

type PidFile = { pid: number; startedAt: string }

const GRACE_MS = 5_000
const KILL_MS = 5_000

/** Notes which process serves, for a later start to find if this one dies without ending it. */
export function writePidFile(file: string, pid: number): void {
  const identity = identify(pid)
  if (identity) writeFileSync(file, JSON.stringify({ pid, startedAt: identity.startedAt }))
}

/**
 * Ends the engine that an earlier, crashed run left behind. A process is only touched when pid,
 * start time and command line all say that it is that engine: pids are given again. Answers the pid
 * that was ended, else null.
 */
export async function endLeftover(
  file: string,
  program: RegExp,
  graceMs = GRACE_MS,
): Promise<number | null> {
  const left = readPidFile(file)
  if (!left) return null
  const serves = () => {
    const identity = identify(left.pid)
    return identity?.startedAt === left.startedAt && program.test(identity.command)
  }
  const found = serves()
  if (found) {
    // A stopped process gets its SIGINT only when it goes on.
    signal(left.pid, 'SIGINT')
    signal(left.pid, 'SIGCONT')
    const isGone = (await isOver(serves, graceMs)) || (await killed(left.pid, serves))
    if (!isGone) throw new Error(`Process ${left.pid} of an earlier run cannot be ended.`)
  }
  rmSync(file, { force: true })
  return found ? left.pid : null
}

function killed(pid: number, serves: () => boolean): Promise<boolean> {
  signal(pid, 'SIGKILL')
  return isOver(serves, KILL_MS)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // It may end by itself just now, as it was about to.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function readPidFile(file: string): PidFile | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidFile
  } catch (error) {
    // A crash in the middle of writing leaves no JSON, and no way to know the process either.
    if (error instanceof SyntaxError) return null
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function isOver(serves: () => boolean, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs
  while (serves()) {
    if (Date.now() > until) return false
    await sleep(50)
  }
  return true
}
