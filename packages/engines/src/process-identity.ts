import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** What tells a process from a later one that was given the same pid. */
export type Identity = { startedAt: string; command: string }

const isLinux = existsSync('/proc/self/stat')
const LSTART_LENGTH = 24

/** The identity of a living process; null when there is none, or only its unreaped remains. */
export function identify(pid: number): Identity | null {
  return isLinux ? identifyByProc(pid) : identifyByPs(pid)
}

function identifyByProc(pid: number): Identity | null {
  const stat = readProc(pid, 'stat')
  const command = readProc(pid, 'cmdline')
  if (stat === null || command === null) return null
  // The second field is the program's name in parentheses and may hold spaces: count after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startedAt] = [fields[0], fields[19]]
  if (state === 'Z' || state === 'X' || startedAt === undefined) return null
  return { startedAt, command: command.replaceAll('\0', ' ').trim() }
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return null
    throw error
  }
}

function identifyByPs(pid: number): Identity | null {
  const ps = spawnSync('ps', ['-ww', '-o', 'lstart=,stat=,command=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  if (ps.error) throw ps.error
  const line = ps.stdout.trim()
  const [state = '', ...command] = line.slice(LSTART_LENGTH).trim().split(/\s+/)
  if (line === '' || state.startsWith('Z')) return null
  return { startedAt: line.slice(0, LSTART_LENGTH), command: command.join(' ') }
}
