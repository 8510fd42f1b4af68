const MOST_TALLIES = 100_000

/** What one caller has taken, in milliseconds of the window. */
interface Tally {
  /** The moment at which everything taken is refilled. */
  fullAtMs: number
  /** Taken here and not yet told to the other gateways. */
  untoldMs: number
}

export interface Untold {
  key: string
  spentMs: number
}

export interface Tallies {
  /** Takes one of `count` per window; answers 0, or the milliseconds until there is one again. */
  take(key: string, count: number, nowMs: number): number
  /** Undoes a `take`. */
  giveBack(key: string, count: number): void
  /** Up to `most` callers of whom the others do not know all yet. */
  untold(most: number): Untold[]
  /** The others were told, and say how much of the window is spent by all together. */
  learn(told: Untold, spentByAllMs: number, nowMs: number): void
  /** Forgets callers who have everything again. */
  sweep(nowMs: number): void
}

/**
 * GCRA in memory: so many per window, refilled evenly, the whole of it usable as a burst. Moments
 * are milliseconds of one clock that never goes back.
 */
export function openTallies(windowMs: number): Tallies {
  const tallies = new Map<string, Tally>()
  const changed = new Map<string, Tally>()

  function open(key: string): Tally {
    const [oldest] = tallies.keys()
    if (tallies.size >= MOST_TALLIES && oldest !== undefined) tallies.delete(oldest)
    const tally = { fullAtMs: 0, untoldMs: 0 }
    tallies.set(key, tally)
    return tally
  }

  function spend(key: string, tally: Tally, ms: number): void {
    tally.fullAtMs += ms
    tally.untoldMs += ms
    changed.set(key, tally)
  }

  return {
    take(key, count, nowMs) {
      const tally = tallies.get(key) ?? open(key)
      if (tally.fullAtMs < nowMs) tally.fullAtMs = nowMs
      const costMs = windowMs / count
      const waitMs = tally.fullAtMs + costMs - windowMs - nowMs
      // Sums of fractions may end a hair above the window.
      if (waitMs > costMs / 1_000) return waitMs
      spend(key, tally, costMs)
      return 0
    },
    giveBack(key, count) {
      const tally = tallies.get(key)
      if (tally) spend(key, tally, -windowMs / count)
    },
    untold(most) {
      return Array.from(changed.entries().take(most), ([key, { untoldMs }]) => ({
        key,
        spentMs: untoldMs,
      }))
    },
    learn({ key, spentMs }, spentByAllMs, nowMs) {
      const tally = changed.get(key)
      if (!tally) return
      tally.untoldMs -= spentMs
      tally.fullAtMs = nowMs + spentByAllMs + tally.untoldMs
      // Whoever goes on asking goes to the end, so that all others are told of in their turn.
      changed.delete(key)
      if (tally.untoldMs !== 0) changed.set(key, tally)
    },
    sweep(nowMs) {
      for (const [key, { fullAtMs }] of tallies) {
        if (fullAtMs <= nowMs && !changed.has(key)) tallies.delete(key)
      }
    },
  }
}
