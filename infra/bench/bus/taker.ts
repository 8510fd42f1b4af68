import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { consumer, on } from '@forecourt/platform/consumer'
import { openPool } from '@forecourt/platform/database'
import { deliver } from '@forecourt/platform/delivery'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { answerTasks } from './tasks.ts'

const { DATABASE_URL: url = '', KAFKA_BROKERS = '', KAFKA_PREFIX: prefix = '' } = process.env
const CONNECTIONS = 8

interface Tables {
  effect: { id: string; name: string; version: number }
}

const pool = openPool({ url, max: CONNECTIONS })
const log = openLog('reporting', 'warn')
const brokers = KAFKA_BROKERS.split(',')
const bus = connectBus({ brokers, prefix, clientId: 'reporting', log })

answerTasks({
  /** Joins, takes so many events, leaves; answers the seconds from the first to the last. */
  async take({ count }: { count: number }) {
    let [left, begun] = [count, 0]
    const { promise, resolve } = Promise.withResolvers<void>()
    const effects = consumer<Tables, object>('effects', [
      on(ServiceCenterOpened, async ({ db, event }, { name }) => {
        begun ||= performance.now()
        const effect = { id: event.id, name, version: event.sequence }
        await db.insertInto('effect').values(effect).execute()
        if ((left -= 1) === 0) resolve()
      }),
    ])
    const stop = await deliver({
      ...{ service: 'reporting', pool, bus, log, means: {}, consumer: effects },
      wakeRelay: () => undefined,
      wakeJob: () => undefined,
    })
    await promise
    const seconds = (performance.now() - begun) / 1_000
    await stop()
    return seconds
  },
})
