import type { Bus } from './bus.ts'
import type { Group } from './groups.ts'
import type { Log } from './log.ts'
import { gauge } from './metrics.ts'
import { pausable } from './pause.ts'

const EVERY_MS = 15_000

const lagging = gauge('forecourt_consumer_lag', 'Events that a consumer has still to read.', [
  'consumer',
])

interface Watching {
  bus: Pick<Bus, 'lagOf'>
  log: Log
  /** Those that run now; a group may come and go. */
  groups(): Group[]
  /** Ends what does not move any more; whoever supervises it starts it anew. */
  stalled(group: string): void
  stallMs: number
}

export interface Watchdog {
  /** The group has tried something; even a failure is a sign of life. */
  moved(group: string): void
  /** Seconds since it was last seen that the group had read everything. */
  ageOf(group: string): number
  stop(): Promise<void>
}

/** Measures how far each consumer is behind, and reports one that has lag and does not move. */
export function startWatchdog(watching: Watching): Watchdog {
  const { bus, log, groups, stalled, stallMs } = watching
  const everyMs = Math.min(EVERY_MS, stallMs / 8)
  const rest = pausable()
  const begun = performance.now()
  const movedAt = new Map<string, number>()
  const caughtUpAt = new Map<string, number>()
  const moved = (group: string) => void movedAt.set(group, performance.now())

  async function look(group: string, topics: string[]): Promise<void> {
    const lag = await bus.lagOf(group, topics)
    lagging.set({ consumer: group }, lag)
    if (lag === 0) {
      moved(group)
      caughtUpAt.set(group, performance.now())
    }
    if (!movedAt.has(group)) moved(group)
    const still = performance.now() - (movedAt.get(group) ?? begun)
    if (still < stallMs) return
    log.fatal({ consumer: group, lag, seconds: still / 1_000 }, 'A consumer stands still.')
    stalled(group)
  }

  async function run(): Promise<void> {
    for (await rest.pause(everyMs); !rest.stopped; await rest.pause(everyMs)) {
      try {
        for (const { group, topics } of groups()) await look(group, topics)
      } catch (error) {
        // Without the broker nothing can be behind it.
        log.debug({ error }, 'The lag of the consumers is not known.')
        for (const { group } of groups()) moved(group)
      }
    }
  }

  const running = run()
  return {
    moved,
    ageOf: (group) => (performance.now() - (caughtUpAt.get(group) ?? begun)) / 1_000,
    async stop() {
      rest.stop()
      await running
    },
  }
}
