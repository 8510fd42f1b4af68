import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from '@forecourt/engines/engine'
import type { Engines } from '@forecourt/engines/engines-offer'
import { say } from './log-lines.ts'

const FIRST_BACKOFF_MS = 500
const LONGEST_BACKOFF_MS = 5_000

/**
 * An engine that dies is reported and brought up again on the same port and data, as often as it
 * takes: it may be killed once more while it still starts. Answers how to give that up.
 */
export function keepEngines({ processes }: Pick<Engines, 'processes'>): () => void {
  const over = new AbortController()
  for (const engine of Object.values(processes ?? {})) {
    engine.onExit(({ code, signal }) => {
      if (over.signal.aborted) return
      say(`${engine.name} ended (${signal ?? `code ${code}`}); it starts again.`)
      void revive(engine, over.signal)
    })
  }
  return () => over.abort()
}

async function revive(engine: Engine, over: AbortSignal): Promise<void> {
  for (let pauseMs = FIRST_BACKOFF_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_BACKOFF_MS)) {
    await sleep(pauseMs)
    if (over.aborted) return
    try {
      await engine.restart()
      say(`${engine.name} is back.`)
      return
    } catch (error) {
      if (over.aborted) return
      say(`${engine.name} does not start yet: ${(error as Error).message}`)
    }
  }
}
