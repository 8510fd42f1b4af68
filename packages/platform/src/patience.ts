import { sleep } from './pause.ts'
import { isContention } from './problem.ts'

const TRIES = 5

/** Repeats a transaction that met another one, so that no deadlock surfaces. */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isContention(error) || tries >= TRIES) throw error
      // Whoever met once would meet again in step.
      await sleep(Math.random() * 20 * tries)
    }
  }
}
