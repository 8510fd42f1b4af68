import type { Writable } from 'node:stream'

export interface GatheredLines {
  write(line: string): void
  /** Writes what waits; for the moment before the process ends. */
  flush(): void
}

/** Lines of one turn of the event loop leave in one write, because each write costs a request. */
export function gatheredLines(to: Writable): GatheredLines {
  let waiting = ''
  function flush(): void {
    if (waiting !== '') to.write(waiting)
    waiting = ''
  }
  return {
    write(line) {
      if (waiting === '') setImmediate(flush)
      waiting += line
    },
    flush,
  }
}
