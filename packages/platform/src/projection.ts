import type pg from 'pg'
import type { Stop } from './bus.ts'
import { consumer, type Consumer, type Subscription } from './consumer.ts'
import type { Log } from './log.ts'
import { pausable } from './pause.ts'

const LOOK_MS = 1_000

/** What a service counts from its topics, and can count anew beside the count that is served. */
export interface Projection<Tables, Means> {
  name: string
  /** Its tables; each has a column `generation`, which says to which count a row belongs. */
  tables: readonly string[]
  subscriptions(generation: number): Subscription<Tables, Means>[]
}

/** The consumer of one generation. Its group is new, so it reads its topics from the beginning. */
export function consumerOf<Tables, Means>(
  { name, subscriptions }: Projection<Tables, Means>,
  generation: number,
): Consumer<Tables, Means> {
  return consumer(`${name}-${generation}`, subscriptions(generation))
}

export type AnyProjection = Projection<never, never>

/** Of every projection one generation is served, from the first start of its service on. */
async function beginProjections(
  pool: pg.Pool,
  projections: readonly AnyProjection[],
): Promise<void> {
  for (const { name } of projections) {
    await pool.query(
      `insert into projection (name, generation, status) values ($1, 1, 'served')
       on conflict do nothing`,
      [name],
    )
  }
}

interface Following {
  pool: pg.Pool
  log: Log
  projections: readonly AnyProjection[]
  start(consumer: Consumer<never, never>): Promise<Stop>
}

/** Runs the consumer of every generation that is served or being built, and of no other. */
export function followProjections({ pool, log, projections, start }: Following) {
  const rest = pausable()
  const running = new Map<string, { consumer: Consumer<never, never>; stop: Stop }>()
  let joined = projections.length === 0

  async function look(): Promise<void> {
    if (!joined) await beginProjections(pool, projections)
    const { rows } = await pool.query<{ name: string; generation: number }>(
      `select name, generation from projection where status <> 'retired'`,
    )
    const wanted = projections.flatMap((projection) =>
      rows
        .filter(({ name }) => name === projection.name)
        .map(({ generation }) => consumerOf(projection, generation)),
    )
    for (const one of wanted) {
      if (rest.stopped || running.has(one.purpose)) continue
      running.set(one.purpose, { consumer: one, stop: await start(one) })
    }
    const purposes = new Set(wanted.map(({ purpose }) => purpose))
    for (const [purpose, { stop }] of running) {
      if (purposes.has(purpose)) continue
      await stop()
      running.delete(purpose)
    }
    joined = true
  }

  async function run(): Promise<void> {
    for (; projections.length > 0 && !rest.stopped; await rest.pause(LOOK_MS)) {
      try {
        await look()
      } catch (error) {
        log.warn({ error }, 'The projections are not followed; that will be tried again.')
      }
    }
  }

  const following = run()
  return {
    get joined() {
      return joined
    },
    /** Of the generations that run in this process. */
    get consumers() {
      return [...running.values()].map((one) => one.consumer)
    },
    async stop() {
      rest.stop()
      await following
      await Promise.all([...running.values()].map(({ stop }) => stop()))
    },
  }
}
