import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { consumer, on } from '@forecourt/platform/consumer'
import { open } from '@forecourt/platform/run'
import { service } from '@forecourt/platform/service'
import { z } from 'zod'
import { kafkaOf } from './bench-topic.ts'
import { answerTasks, nowMs } from './tasks.ts'

const { BARE_TOPIC = '', KAFKA_BROKERS = '', KAFKA_PREFIX } = process.env

/** id → the moment at which its handler began. */
const heard = new Map<string, number>()

/** A service that hears; beside it, a bare consumer that does the same. */
await open(
  service<z.ZodObject, object, object>({
    name: 'customer-vehicle',
    about: 'Listens.',
    config: z.object({}),
    migrations: [],
    means: () => ({}),
    endpoints: [],
    consumers: [
      consumer('listening', [
        on(ServiceCenterOpened, async ({ event }) => void heard.set(event.subject, nowMs())),
      ]),
    ],
  }),
  { ...process.env, PORT: '0' },
)
const bare = kafkaOf(KAFKA_BROKERS).consumer({ groupId: `${KAFKA_PREFIX}bare` })
await bare.connect()
await bare.subscribe({ topics: [BARE_TOPIC], fromBeginning: true })
await bare.run({
  eachMessage: async ({ message }) => void heard.set(String(message.key), nowMs()),
})

answerTasks({
  /** Answers, and forgets, what was heard so far. */
  async heard() {
    const all = Object.fromEntries(heard)
    heard.clear()
    return all
  },
})
