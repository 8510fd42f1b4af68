import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Ends the engines when the process that started them is gone without having ended them. */
export type OrphanGuard = {
  watch(pid: number): void
  forget(pid: number): void
  close(): Promise<void>
}

// Reads the pids of the living engines, one line for each change. The end of the input is the death
// of the process that writes it, however it died. Then: a polite signal (and SIGCONT, because a
// stopped process hears nothing), and after 8 seconds the last one. A shell does this in a megabyte
// or two of memory.
const SCRIPT = `
trap '' INT TERM HUP
pids=
while read -r line; do pids=$line; done
for pid in $pids; do kill -INT "$pid" 2>/dev/null; kill -CONT "$pid" 2>/dev/null; done
for second in 1 2 3 4 5 6 7 8; do
  living=
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && living="$living $pid"; done
  pids=$living
  [ -z "$pids" ] && exit 0
  sleep 1
done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
`

export function openOrphanGuard(): OrphanGuard {
  // Detached: Ctrl-C goes to all of the terminal's foreground group and must not reach the guard.
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const ended = once(shell, 'exit')
  shell.unref()
  // A guard that somebody has ended cannot be told anything; the pid files are the second net.
  shell.stdin.on('error', () => {})
  const pids = new Set<number>()

  function tell(): void {
    shell.stdin.write(`${[...pids].join(' ')}\n`)
  }

  return {
    watch(pid) {
      pids.add(pid)
      tell()
    },
    forget(pid) {
      if (pids.delete(pid)) tell()
    },
    async close() {
      shell.ref()
      shell.stdin.end()
      await ended
    },
  }
}
