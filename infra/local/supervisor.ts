import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { openOrphanGuard } from '@forecourt/engines/orphan-guard'
import { linePrinter, say } from './log-lines.ts'
import type { Program } from './programs.ts'

const ROOT = new URL('../../', import.meta.url).pathname
// Seven processes on one laptop: a small young generation saves each of them a third.
export const nodeFlags = ['--max-semi-space-size=2']
const FIRST_BACKOFF_MS = 200
const MAX_BACKOFF_MS = 5_000
const STEADY_MS = 10_000
const GRACE_MS = 8_000

export interface Supervisor {
  start(programs: Program[]): void
  /** Starts a program anew, as it is described now. */
  renew(program: Program): Promise<void>
  /** Runs a program to its end; throws when it fails. */
  run(program: Program): Promise<void>
  /** Names of the programs that cannot start: they ended before they ever ran for long. */
  readonly failing: ReadonlySet<string>
  stop(): Promise<void>
}

/** Keeps every program running: a crash is reported, and undone after a growing pause. */
export function supervise(watch: boolean): Supervisor {
  const guard = openOrphanGuard()
  const living = new Set<ChildProcess>()
  const kept = new Map<string, { child: ChildProcess; position: number }>()
  const failing = new Set<string>()
  let stopping = false

  function launch(program: Program, position: number, reload: boolean): ChildProcess {
    const print = linePrinter(program.name, position)
    const flags = [...nodeFlags, ...(reload ? ['--watch', '--watch-preserve-output'] : [])]
    const child = spawn(process.execPath, [...flags, program.entry], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', print)
    }
    living.add(child)
    if (child.pid) guard.watch(child.pid)
    child.once('exit', () => {
      living.delete(child)
      if (child.pid) guard.forget(child.pid)
    })
    return child
  }

  function keep(program: Program, position: number, backoffMs: number): void {
    const begun = Date.now()
    const child = launch(program, position, watch)
    const mine = { child, position }
    kept.set(program.name, mine)
    // After a renewal another process is kept in its place.
    const isOver = () => stopping || kept.get(program.name) !== mine
    child.once('exit', (code, signal) => {
      if (isOver()) return
      const ran = Date.now() - begun
      if (ran < STEADY_MS) failing.add(program.name)
      else failing.delete(program.name)
      const pauseMs = ran > STEADY_MS ? FIRST_BACKOFF_MS : backoffMs
      say(`${program.name} ended (${signal ?? `code ${code}`}); it starts again in ${pauseMs} ms.`)
      setTimeout(() => {
        if (!isOver()) keep(program, position, Math.min(pauseMs * 2, MAX_BACKOFF_MS))
      }, pauseMs)
    })
  }

  return {
    failing,
    start(programs) {
      for (const [at, program] of programs.entries()) keep(program, at, FIRST_BACKOFF_MS)
    },
    async renew(program) {
      const former = kept.get(program.name)
      if (!former) throw new Error(`${program.name} does not run.`)
      kept.delete(program.name)
      await end(former.child)
      if (!stopping) keep(program, former.position, FIRST_BACKOFF_MS)
    },
    async run(program) {
      const [code] = (await once(launch(program, 0, false), 'exit')) as [number | null]
      if (code !== 0 && !stopping) throw new Error(`${program.name} failed; see its lines above.`)
    },
    async stop() {
      stopping = true
      await Promise.all([...living].map(end))
      await guard.close()
    },
  }
}

/** Asks politely, and after a while no more. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(force)
}
