import { randomUUID } from 'node:crypto'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { inTransaction } from '@forecourt/platform/database'
import { Outbox } from '@forecourt/platform/outbox'
import { open } from '@forecourt/platform/run'
import { systemScope } from '@forecourt/platform/scope'
import { service } from '@forecourt/platform/service'
import { z } from 'zod'
import { kafkaOf } from './bench-topic.ts'
import { answerTasks, nowMs, steadily } from './tasks.ts'

/** A service that says something at a steady pace; beside it, a bare producer does the same. */
const { house } = await open(
  service<z.ZodObject, object, object>({
    name: 'identity',
    about: 'Tells.',
    config: z.object({}),
    migrations: [],
    means: () => ({}),
    endpoints: [],
  }),
  { ...process.env, PORT: '0' },
)
const bare = kafkaOf(process.env['KAFKA_BROKERS'] ?? '').producer()
await bare.connect()

interface Telling {
  topic: string
  count: number
  perS: number
}

function stateOf(serviceCenterId: string) {
  return {
    ...{ serviceCenterId, code: 'PUN', name: 'Forecourt Pune', isActive: true },
    ...{ isHeadOffice: false, pinPrefixes: ['411', '412'], state: 'Maharashtra' },
    ...{ gstin: '27AAAPA1234A1Z5', timeZone: 'Asia/Kolkata' },
  }
}

answerTasks({
  /** Commits, and wakes the relay, as the road does. Answers id → the moment of the commit. */
  async tell(telling: Telling) {
    const told: Record<string, number> = {}
    await steadily(telling, async () => {
      const id = randomUUID()
      const outbox = new Outbox('identity', { correlationId: id })
      await inTransaction(house.pool, systemScope(), (db) => {
        outbox.emit(ServiceCenterOpened, 1, stateOf(id))
        return outbox.flush(db)
      })
      told[id] = nowMs()
      house.wakeRelay()
    })
    return told
  },
  /** Answers id → the moment at which the producer was called. */
  async produce(telling: Telling) {
    const told: Record<string, number> = {}
    await steadily(telling, async () => {
      const id = randomUUID()
      told[id] = nowMs()
      const messages = [{ key: id, value: JSON.stringify(stateOf(id)) }]
      await bare.send({ topic: telling.topic, acks: -1, messages })
    })
    return told
  },
})
