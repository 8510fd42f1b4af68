import { randomBytes, createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { startingRoles } from '@forecourt/contracts/roles'
import { schemaName } from '@forecourt/contracts/service-name'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { migrate, serviceUrl } from '@forecourt/platform/migrate'
import { open, type Running } from '@forecourt/platform/run'
import type { AnyService } from '@forecourt/platform/service'
import { createTopics } from '@forecourt/platform/topics'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { inject } from 'vitest'
import { caller, type Call } from './caller.ts'
import { eventually } from './eventually.ts'
import { leaseRedis } from './redis-lease.ts'
import { serveKeys } from './tokens.ts'
import { watchTopics, type SeenEvent, type TopicWatch } from './topic-watch.ts'

const PASSWORD = 'test'

export interface Stack extends Running {
  /** Sends a request to the service: `call('POST /registrations', { as: asha, body })`. */
  call: Call
  /** The database as its owner: sees every row, whatever the scope. */
  admin: pg.Pool
  /** What the service has sent to the bus since it was opened. */
  topics: TopicWatch
  /** All that was said by what the service has done until now: the rest it did not say. */
  told(): Promise<SeenEvent[]>
  env: Record<string, string>
  /** Opens a second process' worth of the same service on the same engines. */
  openAnother(): Promise<Running>
}

/** One service on a database of its own, on the real engines, for one test file. */
export async function openStack(
  service: AnyService,
  env: Record<string, string> = {},
): Promise<Stack> {
  const adminUrl = inject('databaseUrl')
  const database = await createDatabase(adminUrl, service)
  const prefix = `${database}.`
  const keySet = await serveKeys()
  const lease = await leaseRedis()
  const settings: Record<string, string> = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: process.env['FORECOURT_TEST_LOG'] ?? 'error',
    DATABASE_URL: serviceUrl(databaseUrl(adminUrl, database), service.name, PASSWORD),
    KAFKA_BROKERS: inject('kafkaBrokers'),
    KAFKA_PREFIX: prefix,
    REDIS_URL: lease.url,
    JWKS_URL: keySet.url,
    SMS_PROVIDER: 'inbox',
    ...testSecrets,
    ...env,
  }
  const admin = new pg.Pool({ connectionString: databaseUrl(adminUrl, database), max: 4 })
  // A database that is dropped tells those who are just leaving it.
  admin.on('error', () => undefined)
  admin.on('connect', (client) => {
    void client.query(`set search_path to ${schemaName(service.name)}`)
  })
  await seedRoles(admin, schemaName(service.name))
  await makeTopics(prefix)
  const running = await open(service, settings)
  await running.redis.flushdb()
  const topics = await watchTopics(inject('kafkaBrokers'), prefix, service.name)
  return {
    ...running,
    admin,
    topics,
    async told() {
      await eventually('an outbox that is sent', async () => {
        const { rowCount } = await admin.query('select from outbox limit 1')
        return rowCount === 0
      })
      await topics.catchUp()
      return [...topics.seen]
    },
    env: settings,
    call: caller(running.url),
    openAnother: () => open(service, settings),
    async close() {
      await topics.close()
      await running.close()
      await admin.end()
      await Promise.all([dropTopics(prefix), dropDatabase(adminUrl, database)])
      await lease.release()
      keySet.close()
    },
  }
}

/** Before the service joins its groups, as a deployment does. */
async function makeTopics(prefix: string): Promise<void> {
  const brokers = inject('kafkaBrokers').split(',')
  const log = openLog('testing', 'silent')
  const bus = connectBus({ brokers, prefix, clientId: 'testing', log })
  await createTopics(bus, 3)
  await bus.close()
}

/** Thousands of forgotten topics would fill the broker's memory in one long run. */
async function dropTopics(prefix: string): Promise<void> {
  const brokers = inject('kafkaBrokers').split(',')
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
    if (topics.length > 0) await admin.deleteTopics({ topics })
  } finally {
    await admin.disconnect()
  }
}

async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(`drop database ${database} with (force)`)
  } finally {
    await client.end()
  }
}

/** Secrets of the tests: 32 bytes each, of no worth anywhere else. */
export const testSecrets = {
  PERSONAL_KEYS: `1:${Buffer.alloc(32, 1).toString('base64')}`,
  BLIND_INDEX_KEY: `1:${Buffer.alloc(32, 2).toString('base64')}`,
  TRANSPORT_KEYS: `1:${Buffer.alloc(32, 3).toString('base64')}`,
  OTP_KEYS: `1:${Buffer.alloc(32, 4).toString('base64')}`,
}

/** A copy of the service's migrated template; the template is made once per set of migrations. */
async function createDatabase(adminUrl: string, service: AnyService): Promise<string> {
  const schema = schemaName(service.name)
  const template = `template_${schema}_${fingerprint(service.migrations)}`
  const database = `test_${schema}_${randomBytes(4).toString('hex')}`
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(`select pg_advisory_lock(hashtext($1))`, [template])
    const known = await client.query('select from pg_database where datname = $1', [template])
    if (!known.rowCount) {
      // What a run that was broken off has left is begun anew.
      await client.query(`drop database if exists ${template}_making`)
      await client.query(`create database ${template}_making`)
      await migrate({
        adminUrl: databaseUrl(adminUrl, `${template}_making`),
        service: service.name,
        folders: service.migrations,
        password: PASSWORD,
      })
      await client.query(`alter database ${template}_making rename to ${template}`)
    }
    await client.query(`create database ${database} template ${template}`)
    await client.query(`select pg_advisory_unlock(hashtext($1))`, [template])
  } finally {
    await client.end()
  }
  return database
}

function fingerprint(folders: URL[]): string {
  const platform = new URL('../../platform/migrations/', import.meta.url)
  const hash = createHash('sha256')
  for (const folder of [platform, ...folders]) {
    for (const file of readdirSync(folder).toSorted()) {
      hash.update(file).update(readFileSync(new URL(file, folder)))
    }
  }
  return hash.digest('hex').slice(0, 12)
}

function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  return url.toString()
}

async function seedRoles(admin: pg.Pool, schema: string): Promise<void> {
  for (const [role, permissions] of Object.entries(startingRoles)) {
    await admin.query(
      `insert into ${schema}.role_permission (role, permissions, version) values ($1, $2, 1)`,
      [role, permissions],
    )
  }
}
