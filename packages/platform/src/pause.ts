/** A loop's rest: it lasts its time, or until somebody wakes the loop, or stops it. */
export function pausable() {
  let rouse: () => void = () => undefined
  let stopped = false
  let woken = false

  function rest(ms: number): Promise<void> {
    if (stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(end, ms)
      function end() {
        clearTimeout(timer)
        rouse = () => undefined
        resolve()
      }
      rouse = end
    })
  }

  return {
    get stopped() {
      return stopped
    },
    /** Waits `ms`; a wake that came while the loop was busy ends the next rest at once. */
    async pause(ms: number): Promise<void> {
      if (!woken) await rest(ms)
      woken = false
    },
    /** Waits `ms`, whoever calls; for a loop that was told to keep away. */
    async holdOff(ms: number): Promise<void> {
      const end = performance.now() + ms
      for (let left = ms; left > 0; left = stopped ? 0 : end - performance.now()) await rest(left)
    },
    wake() {
      woken = true
      rouse()
    },
    stop() {
      stopped = true
      rouse()
    },
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Sleeps for as long as that is wanted, `ms` at most. */
export async function nap(ms: number, isWanted: () => boolean): Promise<void> {
  for (const end = Date.now() + ms; isWanted() && Date.now() < end;) await sleep(Math.min(ms, 50))
}
