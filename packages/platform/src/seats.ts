import { problem } from './problem.ts'

const RETRY_AFTER_S = 5

export interface Seats {
  /** Throws `service_unavailable` when too many wait already. */
  take(): Promise<void>
  leave(): void
  /** Does a piece of work in a seat of its own; throws what `take` does. */
  within<Result>(work: () => Promise<Result>): Promise<Result>
}

/**
 * So many may be at work; who comes later waits for the first seat that becomes free. Where only
 * so many may wait, whoever comes then is sent away (503), so that a crowd costs patience and not
 * the memory of the process.
 */
export function seatsOf(count: number, mostWaiting = Number.POSITIVE_INFINITY): Seats {
  let free = count
  const waiting: (() => void)[] = []

  async function take(): Promise<void> {
    if (free > 0) return void (free -= 1)
    if (waiting.length >= mostWaiting) {
      throw problem('service_unavailable', { retryAfterS: RETRY_AFTER_S })
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function leave(): void {
    const next = waiting.shift()
    // Whoever waited takes the seat over.
    if (next) next()
    else free += 1
  }

  return {
    take,
    leave,
    async within(work) {
      await take()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
