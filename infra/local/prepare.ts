import { partitionCount } from '@forecourt/contracts/topic'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { migrate } from '@forecourt/platform/migrate'
import { createTopics } from '@forecourt/platform/topics'
import { services } from '../services.ts'

/**
 * Makes ready what services take for granted: schemas and roles in Postgres, topics in Kafka.
 * Runs before every start, and as a job of its own where the system is deployed.
 */
async function prepare(): Promise<void> {
  const { ADMIN_DATABASE_URL, SERVICE_DATABASE_PASSWORD, KAFKA_BROKERS } = process.env
  const partitions = Number(process.env['KAFKA_PARTITIONS'] ?? partitionCount)
  if (!ADMIN_DATABASE_URL || !SERVICE_DATABASE_PASSWORD || !KAFKA_BROKERS) {
    throw new Error('ADMIN_DATABASE_URL, SERVICE_DATABASE_PASSWORD or KAFKA_BROKERS is not set.')
  }
  const bus = connectBus({
    brokers: KAFKA_BROKERS.split(','),
    prefix: process.env['KAFKA_PREFIX'] ?? '',
    clientId: 'prepare',
    log: openLog('prepare', 'warn'),
  })
  const topics = createTopics(bus, partitions)
  for (const { name, migrations } of services) {
    const password = SERVICE_DATABASE_PASSWORD
    const run = await migrate({
      adminUrl: ADMIN_DATABASE_URL,
      service: name,
      folders: migrations,
      password,
    })
    if (run.length > 0) process.stdout.write(`${name}: ${run.length} migrations run\n`)
  }
  await topics
  await bus.close()
}

await prepare()
