import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'

const TIMEOUT_MS = 3_000

/** Rejects unless Postgres runs a query for us. */
export async function postgresAnswers(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  })
  // A dying connection is told here and to the pending call; the second is the one that counts.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
  } finally {
    await client.end()
  }
}

/**
 * Rejects unless a broker of the cluster names its members. `brokers` is written as KAFKA_BROKERS
 * is: host:port, commas between.
 */
export async function kafkaAnswers(brokers: string): Promise<void> {
  const kafka = new Kafka({
    clientId: 'forecourt-engines',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const cluster = await admin.describeCluster()
    // A broker that still catches up with the controller answers too, with an empty list.
    if (cluster.brokers.length === 0) throw new Error('Kafka has no broker in service yet.')
  } finally {
    await admin.disconnect()
  }
}

/** Rejects unless Redis says PONG. */
export async function redisAnswers(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
  })
  // connect() rejects with a bare "Connection is closed."; the reason comes as an event.
  let reason: Error | undefined
  redis.on('error', (error: Error) => {
    reason = error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw reason ?? error
  } finally {
    redis.disconnect()
  }
}
