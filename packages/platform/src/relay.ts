import type pg from 'pg'
import { isTopicFault } from './broker-fault.ts'
import type { OutboxRow } from './cloud-event.ts'
import { heldTopics, type HeldTopics } from './held-topics.ts'
import { BATCH, sendAll, waiting, type Relaying } from './outbox-batch.ts'
import { pausable } from './pause.ts'
import { channelOf } from './relay-call.ts'

const POLL_MS = 200
const LEADER_RETRY_MS = 1_000
const MAX_BACKOFF_MS = 5_000
const RELAY_LOCK = 4_207

export interface Relay {
  /** There is something to send: look now instead of at the next poll. */
  wake(): void
  readonly leads: boolean
  stop(): Promise<void>
}

/**
 * Brings the outbox to the broker, in order, from one leader per service. A row leaves when the
 * broker has acknowledged it, so a crash repeats rows and never loses one.
 */
export function startRelay(relaying: Relaying): Relay {
  const rest = pausable()
  let leads = false

  async function run(): Promise<void> {
    while (!rest.stopped) {
      try {
        const leader = await takeLead(relaying.pool)
        leads = leader !== undefined
        if (leader) await lead(relaying, leader, rest)
      } catch (error) {
        relaying.log.warn({ error }, 'The relay lost its database connection.')
      }
      leads = false
      await rest.holdOff(LEADER_RETRY_MS)
    }
  }

  const running = run()
  return {
    wake: () => rest.wake(),
    get leads() {
      return leads
    },
    async stop() {
      rest.stop()
      await running
    },
  }
}

/** The session lock is the leadership: it ends with the connection, however that ends. */
async function takeLead(pool: pg.Pool): Promise<pg.PoolClient | undefined> {
  const connection = await pool.connect()
  let isLed = false
  try {
    const { rows } = await connection.query<{ led: boolean }>(
      `select pg_try_advisory_lock(${RELAY_LOCK}, hashtext(current_schema())) as led`,
    )
    isLed = rows[0]?.led ?? false
  } catch (error) {
    connection.release(true)
    throw error
  }
  if (isLed) return connection
  connection.release()
  return undefined
}

async function lead(
  relaying: Relaying,
  leader: pg.PoolClient,
  rest: ReturnType<typeof pausable>,
): Promise<void> {
  const held = heldTopics(relaying)
  let backoffMs = 100
  leader.on('notification', () => rest.wake())
  leader.on('error', () => rest.wake())
  try {
    await leader.query(`listen ${channelOf(relaying.service)}`)
    while (!rest.stopped) {
      held.look()
      const rows = await waiting(leader, held.names)
      const outcome = await sendAll(relaying, leader, rows)
      if (typeof outcome === 'object' && isTopicFault(outcome.failed)) {
        await holdFaulty(relaying, leader, rows, held, outcome.failed)
      } else if (typeof outcome === 'object') {
        relaying.log.warn(
          { error: outcome.failed },
          'The broker takes no events; the outbox waits.',
        )
        await rest.holdOff(backoffMs)
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)
      } else {
        backoffMs = 100
        if (outcome === 'sent' && rows.length < BATCH) await rest.pause(POLL_MS)
      }
    }
  } finally {
    leader.release(true)
  }
}

/** Finds the topics that are at fault and lets only them wait. */
async function holdFaulty(
  relaying: Relaying,
  leader: pg.PoolClient,
  rows: OutboxRow[],
  held: HeldTopics,
  error: unknown,
): Promise<void> {
  const topics = [...Map.groupBy(rows, ({ topic }) => topic)]
  const refused = await relaying.bus.refused(topics.map(([topic]) => topic)).catch(() => [])
  for (const topic of refused) held.hold(topic, error)
  if (refused.length > 0) return
  // The broker knows them all and yet does not take one of them: each is tried by itself.
  for (const [topic, own] of topics) {
    const outcome = topics.length > 1 ? await sendAll(relaying, leader, own) : { failed: error }
    if (typeof outcome !== 'object') continue
    if (!isTopicFault(outcome.failed)) return
    held.hold(topic, outcome.failed)
  }
}
