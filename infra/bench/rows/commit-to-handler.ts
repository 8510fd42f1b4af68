import { ask } from '../bus/tasks.ts'
import { makeBareTopic } from '../bus/bench-topic.ts'
import type { BenchRow } from '../row.ts'

const PACE = { count: 500, perS: 50 }
const HEARD_MS = 5_000

/** id → moment in ms. */
type Moments = Record<string, number>

export const commitToHandler: BenchRow = {
  name: 'commit-to-handler',
  figures: {
    p50: {
      what: 'commit in one service → handler starts in another, 50/s, median',
      unit: 'ms',
      bar: { most: 8 },
    },
    p99: { what: 'the same, 99 of 100', unit: 'ms', bar: { most: 30 } },
    bareP50: { what: 'for comparison, bare kafkajs producer → consumer, median', unit: 'ms' },
    bareP99: { what: 'the same, 99 of 100', unit: 'ms' },
  },
  async open(stage) {
    const topic = await makeBareTopic(stage, 'bare-telling')
    const [telling, listening] = [
      await stage.prepare('identity', 'telling'),
      await stage.prepare('customer-vehicle', 'listening'),
    ]
    const teller = await stage.serve('infra/bench/bus/teller.ts', telling.env)
    const listener = await stage.serve('infra/bench/bus/listener.ts', {
      ...listening.env,
      BARE_TOPIC: topic,
    })

    async function waits(task: string): Promise<number[]> {
      const told = await ask<Moments>(teller.url, task, { topic, ...PACE })
      const heard: Moments = {}
      for (const end = Date.now() + HEARD_MS; Date.now() < end;) {
        Object.assign(heard, await ask<Moments>(listener.url, 'heard'))
        if (Object.keys(heard).length >= PACE.count) break
        await new Promise((wake) => setTimeout(wake, 100))
      }
      return Object.entries(told).map(([id, at]) => {
        const begun = heard[id]
        if (begun === undefined) throw new Error('An event was never heard.')
        return begun - at
      })
    }

    return {
      async ours() {
        const [own, bare] = [await waits('tell'), await waits('produce')]
        return {
          ...{ p50: percentile(own, 0.5), p99: percentile(own, 0.99) },
          ...{ bareP50: percentile(bare, 0.5), bareP99: percentile(bare, 0.99) },
        }
      },
      async close() {
        await Promise.all([teller.stop(), listener.stop()])
      },
    }
  },
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
}
