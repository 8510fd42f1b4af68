import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName } from '@forecourt/contracts/service-name'
import { roleName } from '@forecourt/platform/migrate'
import { sleep } from '@forecourt/platform/pause'
import pg from 'pg'
import { engines, type Fault, type Mortal, type Step } from './schedule.ts'
import type { Stack } from './stack.ts'

/** A victim that is down is struck the moment it is back, while it still comes to itself. */
const COMEBACK_MS = 20_000
const LOOK_MS = 40

export interface Blow {
  fault: Fault
  /** Whom it hit; empty when there was nobody for so long. */
  pids: number[]
}

interface Running {
  pid: number
  parent: number
  command: string
}

/** Strikes the processes of one stack, and no others: those whose parents the stack names. */
export function strikerOf(stack: Stack) {
  const frozen = new Map<number, NodeJS.Timeout>()

  async function strike({ fault, lot }: Step): Promise<Blow> {
    switch (fault.act) {
      case 'kill': {
        const found = await Promise.all(fault.victims.map((name) => present(stack, name, lot)))
        const pids = found.flat()
        for (const pid of pids) signal(pid, 'SIGKILL')
        return { fault, pids }
      }
      case 'freeze':
        return { fault, pids: freeze(await present(stack, fault.victim, lot), fault.forMs) }
      case 'cut':
        return { fault, pids: await cut(stack, fault.service, fault.sessions) }
      case 'depose': {
        const { service, forMs } = fault
        const pids = freeze(await present(stack, service, lot), forMs)
        return { fault, pids: [...pids, ...(await cut(stack, service, 'relay'))] }
      }
      case 'disturb':
        return { fault, pids: (await disturb(stack, fault)) ? stack.parents : [] }
    }
  }

  function freeze(pids: number[], forMs: number): number[] {
    for (const pid of pids) {
      signal(pid, 'SIGSTOP')
      frozen.set(pid, setTimeout(thaw, forMs, pid))
    }
    return pids
  }

  function thaw(pid: number): void {
    clearTimeout(frozen.get(pid))
    if (frozen.delete(pid)) signal(pid, 'SIGCONT')
  }

  /** Ends whatever does not end by itself: frozen processes, and the provider's moods. */
  async function relent(): Promise<void> {
    for (const pid of frozen.keys()) thaw(pid)
    for (;;) {
      const calmed = await fetch(new URL('/faults', stack.inboxUrl), { method: 'DELETE' }).catch(
        () => undefined,
      )
      if (calmed?.ok || !stack.lives) return
      await sleep(200)
    }
  }

  return { strike, relent }
}

/** The processes of a victim, as soon as it has any. */
async function present(stack: Stack, name: Mortal, lot: number): Promise<number[]> {
  for (const end = Date.now() + COMEBACK_MS; Date.now() < end; await sleep(LOOK_MS)) {
    const pids = pidsOf(stack, name, lot)
    if (pids.length > 0) return pids
  }
  return []
}

function pidsOf({ dataDir, parents }: Stack, name: Mortal, lot: number): number[] {
  const all = processes()
  const children = (parent: number) => all.filter((one) => one.parent === parent)
  const engine = engines.find((one) => one === name) ?? (name === 'backend' ? 'postgres' : null)
  if (engine === null) {
    const entry = `${name}/src/main.ts`
    const same = parents.flatMap(children).filter(({ command }) => command.includes(entry))
    return oneOf(same, lot)
  }
  const file = join(dataDir, 'engines', `${engine}.pid`)
  if (!existsSync(file)) return []
  const main = pidIn(file)
  if (!parents.flatMap(children).some(({ pid }) => pid === main)) return []
  if (name === 'backend') {
    return oneOf(
      children(main).filter(({ command }) => command.includes(': forecourt_')),
      lot,
    )
  }
  // The children of a killed Postgres live on for a moment: a crashed machine leaves none.
  return [main, ...(name === 'postgres' ? children(main).map(({ pid }) => pid) : [])]
}

function oneOf(same: Running[], lot: number): number[] {
  const chosen = same[Math.floor(lot * same.length)]
  return chosen ? [chosen.pid] : []
}

/** Written a moment ago, it may not be whole yet. */
function pidIn(file: string): number {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid
  } catch {
    return Number.NaN
  }
}

function processes(): Running[] {
  const listing = execFileSync('ps', ['-axww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return listing.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return command ? [{ pid: Number(pid), parent: Number(parent), command }] : []
  })
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // Killed meanwhile, by the fault before this one.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The session that holds a service's advisory lock is that of its relay's leader. */
async function cut(
  stack: Stack,
  service: ServiceName,
  sessions: 'relay' | 'all',
): Promise<number[]> {
  const role = roleName(service)
  const leading = `and exists (select from pg_locks as held
    where held.locktype = 'advisory' and held.granted and held.pid = activity.pid)`
  for (const end = Date.now() + COMEBACK_MS; Date.now() < end; await sleep(200)) {
    const client = new pg.Client({
      connectionString: stack.databaseUrl,
      connectionTimeoutMillis: 2_000,
      query_timeout: 2_000,
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query<{ pid: number }>(
        `select pid from (select pid, pg_terminate_backend(pid) from pg_stat_activity as activity
          where usename = $1 ${sessions === 'relay' ? leading : ''}) as ended`,
        [role],
      )
      if (rows.length > 0) return rows.map(({ pid }) => pid)
    } catch {
      // Postgres itself is away just now.
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  return []
}

async function disturb(stack: Stack, fault: Extract<Fault, { act: 'disturb' }>): Promise<boolean> {
  const { channel, mode, count } = fault
  const body = JSON.stringify({ channel, mode, count })
  const headers = { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(3_000)
  const url = new URL('/faults', stack.inboxUrl)
  const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(() => undefined)
  return answer?.status === 201
}
