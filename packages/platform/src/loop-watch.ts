import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Log } from './log.ts'
import { counter } from './metrics.ts'

const STILL_MS = 2_000

const stalls = counter(
  'forecourt_event_loop_stalls_total',
  'Times at which a process did one thing for seconds and nothing else.',
)

/**
 * Reports when this process stood still: one long computation, or a machine that gave it no time.
 * Nothing else would say so, because whoever could is standing still too. Answers how to end it.
 */
export function watchLoop(log: Log, stillMs = STILL_MS): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const looking = setInterval(() => {
    const seconds = delay.max / 1e9
    delay.reset()
    if (seconds * 1_000 < stillMs) return
    stalls.inc()
    log.error({ seconds }, 'The process stood still; nothing was answered meanwhile.')
  }, stillMs / 2).unref()
  return () => {
    clearInterval(looking)
    delay.disable()
  }
}
