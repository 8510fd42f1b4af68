import { faultOf } from './broker-fault.ts'
import type { Bus } from './bus.ts'
import type { Log } from './log.ts'
import { gauge } from './metrics.ts'

const LOOK_MS = 2_000

const holding = gauge('forecourt_outbox_held_topics', 'Topics that take no events at present.')

/** The topics for which the outbox waits while everything else goes on. */
export interface HeldTopics {
  readonly names: string[]
  hold(topic: string, error: unknown): void
  /** Asks now and then, beside the relay's work, which of them take events again. */
  look(): void
}

export function heldTopics({ bus, log }: { bus: Bus; log: Log }): HeldTopics {
  const held = new Set<string>()
  let lookedAt = 0
  let isLooking = false

  async function release(): Promise<void> {
    const refused = new Set(await bus.refused([...held]))
    for (const topic of held) {
      if (refused.has(topic)) continue
      held.delete(topic)
      log.warn({ topic }, 'A topic is there again; what waited for it is tried again.')
    }
    holding.set(held.size)
  }

  return {
    get names() {
      return [...held]
    },
    hold(topic, error) {
      held.add(topic)
      holding.set(held.size)
      lookedAt = performance.now()
      log.error(
        { topic, fault: faultOf(error) },
        'A topic takes no events; what is meant for it waits.',
      )
    },
    look() {
      if (held.size === 0 || isLooking || performance.now() - lookedAt < LOOK_MS) return
      isLooking = true
      release()
        .catch((error: unknown) => log.debug({ error }, 'The broker does not say what it takes.'))
        .finally(() => {
          isLooking = false
          lookedAt = performance.now()
        })
    },
  }
}
