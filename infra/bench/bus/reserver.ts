import type { Consumer } from '@forecourt/platform/consumer'
import { openPool } from '@forecourt/platform/database'
import { deliver } from '@forecourt/platform/delivery'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { services } from '../../services.ts'
import { answerTasks } from './tasks.ts'

const { DATABASE_URL: url = '', KAFKA_BROKERS = '', KAFKA_PREFIX: prefix = '' } = process.env
const CONNECTIONS = 8
const service = 'inventory'

const pool = openPool({ url, max: CONNECTIONS })
const log = openLog(service, 'warn')
const bus = connectBus({ brokers: KAFKA_BROKERS.split(','), prefix, clientId: service, log })
const consumers = services.find(({ name }) => name === service)?.consumers
const partsRequests = consumers?.find(({ purpose }) => purpose === 'parts-requests')

answerTasks({
  /** Reserves what so many job cards ask for; answers the seconds from the first to the last. */
  async reserve({ count }: { count: number }) {
    if (!partsRequests) throw new Error('Inventory hears no requests for parts.')
    let [left, begun] = [count, 0]
    const { promise, resolve } = Promise.withResolvers<void>()
    const counted: Consumer<object, object> = {
      ...partsRequests,
      subscriptions: partsRequests.subscriptions.map((subscription) => ({
        contract: subscription.contract,
        async handle(context, data) {
          begun ||= performance.now()
          await subscription.handle(context as never, data)
          if ((left -= 1) === 0) resolve()
        },
      })),
    }
    const stop = await deliver({
      ...{ service, pool, bus, log, means: {}, consumer: counted },
      wakeRelay: () => undefined,
      wakeJob: () => undefined,
    })
    await promise
    const seconds = (performance.now() - begun) / 1_000
    await stop()
    return seconds
  },
})
