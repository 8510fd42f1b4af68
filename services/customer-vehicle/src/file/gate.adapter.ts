import { problem } from '@forecourt/platform/problem'

export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * Lets so many pieces of work run at once and so many more wait; whoever comes then is sent away
 * (503), so that a crowd costs patience and not the memory of the process.
 */
export function gate(most: number, waiting: number): Gate {
  const queue: (() => void)[] = []
  let inside = 0

  async function enter(): Promise<void> {
    if (inside < most) return void (inside += 1)
    if (queue.length >= waiting) throw problem('service_unavailable', { retryAfterS: 5 })
    await new Promise<void>((resolve) => queue.push(resolve))
  }

  function leave(): void {
    const next = queue.shift()
    // Whoever waited takes the place over.
    if (next) next()
    else inside -= 1
  }

  return async (work) => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
