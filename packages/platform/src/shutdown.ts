import type { Log } from './log.ts'

/**
 * Ends the process when it is told to, once: Ctrl-C and a supervisor's signal often come together,
 * and the second must not cut the first one's work short.
 */
export function endWhenTold(log: Log, close: () => Promise<void>, withinMs = 25_000): void {
  let ending: Promise<void> | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      ending ??= end(signal)
    })
  }

  async function end(signal: string): Promise<void> {
    log.info({ signal }, 'closing')
    setTimeout(() => process.exit(1), withinMs).unref()
    await close().catch((error: unknown) => log.error({ error }, 'It did not close cleanly.'))
    process.exit(0)
  }
}
