import type { Consumer, Kafka } from 'kafkajs'
import { isCoordinatorFault } from './broker-fault.ts'
import type { Batch, Stop } from './bus.ts'
import { batchOf, isGroupFault, placeOf, type Sharing } from './kafka-batch.ts'
import type { Log } from './log.ts'
import { sleep } from './pause.ts'

const REVIVE_MS = 1_000
const FIRST_TRIES = 10

export interface Consuming {
  kafka: Kafka
  log: Log
  /** Stands before every topic and group. */
  prefix: string
  group: string
  topics: string[]
  take(batch: Batch): Promise<void>
}

/** Joins the group, and joins it again whenever the client gives its consumer up for dead. */
export async function consume(consuming: Consuming): Promise<Stop> {
  const { group, log } = consuming
  let stopped = false
  let reviving: Promise<void> | undefined
  let consumer = await joinFirst(consuming, died)

  function died(error: unknown): void {
    log.error({ error, group }, 'A consumer died; it joins its group again.')
    reviving = revive()
  }

  async function revive(): Promise<void> {
    for (;;) {
      await sleep(REVIVE_MS)
      if (stopped) return
      try {
        consumer = await join(consuming, died)
        return
      } catch (error) {
        log.warn({ error, group }, 'A consumer cannot join its group yet.')
      }
    }
  }

  return async () => {
    stopped = true
    await reviving
    await consumer.disconnect()
  }
}

/** Waits for a broker that is still making itself ready to coordinate groups. */
async function joinFirst(consuming: Consuming, died: (error: unknown) => void): Promise<Consumer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await join(consuming, died)
    } catch (error) {
      if (!isCoordinatorFault(error) || tries >= FIRST_TRIES) throw error
      await sleep(REVIVE_MS)
    }
  }
}

/** A consumer that has joined; throws when it could not. What the client restarts is not dead. */
async function join(consuming: Consuming, died: (error: unknown) => void): Promise<Consumer> {
  const { kafka, prefix, group, topics, take } = consuming
  const consumer = kafka.consumer({
    groupId: prefix + group,
    allowAutoTopicCreation: false,
    // A lost consumer's partitions stand still for so long; the heartbeat is often enough for it.
    sessionTimeout: 8_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 100,
    // The client restarts a consumer whose retries are used up; without end, it could not be
    // stopped.
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 5 },
  })
  let hasJoined = false
  // What was taken before the group was shared out anew belongs to somebody else.
  let sharing: Sharing = new Map()
  const shareAnew = () => (sharing = new Map())
  consumer.on(consumer.events.REBALANCING, shareAnew)
  const joined = new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve(void shareAnew()))
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!hasJoined) reject(payload.error)
      else if (!payload.restart) died(payload.error)
    })
  })
  joined.catch(() => undefined)
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: topics.map((t) => prefix + t), fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: async (payload) => {
        const own = sharing
        const batch = batchOf(payload, prefix, own, () => own === sharing)
        try {
          await take(batch)
        } catch (error) {
          // A new share begins by itself where the old one was committed.
          const offset = own.get(placeOf(batch))
          if (offset && !isGroupFault(error)) {
            consumer.seek({ topic: payload.batch.topic, partition: batch.partition, offset })
          }
          throw error
        }
        payload.resolveOffset(payload.batch.lastOffset())
      },
    })
    await joined
    hasJoined = true
    return consumer
  } catch (error) {
    await consumer.disconnect()
    throw error
  }
}
