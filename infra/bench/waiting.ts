import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { SECONDS } from './load.ts'
import { median } from './measure.ts'

/** Median milliseconds until these paths are answered with 200, asked one after the other. */
export async function waitingFor(
  base: string,
  paths: readonly string[],
  headers: Record<string, string>,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const waited: number[] = []
  const end = performance.now() + SECONDS * 1_000
  for (let nth = 0; performance.now() < end; nth += 1) {
    const begun = performance.now()
    await answered(`${base}${paths[nth % paths.length]}`, headers, agent)
    waited.push(performance.now() - begun)
  }
  agent.destroy()
  return median(waited)
}

function answered(url: string, headers: Record<string, string>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers, agent }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${url} was answered ${response.statusCode}.`))
      })
    })
    asking.on('error', reject).end()
  })
}

const LONGEST_MS = 20_000

/** Asks until the answer has this status. */
export async function untilAnswered(url: string, init: RequestInit, wanted: number): Promise<void> {
  const end = Date.now() + LONGEST_MS
  for (;;) {
    const { status, body } = await fetch(url, init)
    await body?.cancel()
    if (status === wanted) return
    if (Date.now() > end) throw new Error(`${url} answers ${status}, never ${wanted}.`)
    await sleep(2)
  }
}
