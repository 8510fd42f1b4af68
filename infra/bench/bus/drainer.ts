import { AuditRecorded } from '@forecourt/contracts/audit'
import { openPool } from '@forecourt/platform/database'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { startRelay } from '@forecourt/platform/relay'
import { kafkaOf, recordAt, type Backlog } from './bench-topic.ts'
import { answerTasks } from './tasks.ts'

const { DATABASE_URL: url = '', KAFKA_BROKERS = '', KAFKA_PREFIX: prefix = '' } = process.env
const BATCH = 500

const pool = openPool({ url, max: 3 })
const log = openLog('identity', 'warn')
const bus = connectBus({ brokers: KAFKA_BROKERS.split(','), prefix, clientId: 'identity', log })
const bare = kafkaOf(KAFKA_BROKERS).producer({ maxInFlightRequests: 1 })
await bare.connect()

answerTasks({
  /** Answers the seconds from the relay's start until it has forgotten what the broker has. */
  async drain({ count }: Backlog) {
    let left = count
    const { promise, resolve } = Promise.withResolvers<void>()
    const begun = performance.now()
    const relay = startRelay({
      ...{ service: 'identity', pool, log },
      bus: {
        ...bus,
        async send(records) {
          await bus.send(records)
          left -= records.length
          if (left <= 0) resolve()
        },
      },
    })
    await promise
    await relay.stop()
    return (performance.now() - begun) / 1_000
  },
  /** Answers the seconds in which a bare producer sends the same, batch after batch. */
  async produce({ topic, ...backlog }: Backlog & { topic: string }) {
    const messages = Array.from({ length: backlog.count }, (_, at) =>
      recordAt(backlog, at, AuditRecorded.identity.type),
    )
    const begun = performance.now()
    for (let at = 0; at < messages.length; at += BATCH) {
      const topicMessages = [{ topic, messages: messages.slice(at, at + BATCH) }]
      await bare.sendBatch({ acks: -1, topicMessages })
    }
    return (performance.now() - begun) / 1_000
  },
})
