import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import pg from 'pg'

/** Each of these opens a client of its own and closes it, as if another process had asked. */
export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  try {
    await client.connect()
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

export async function redis<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url)
  return work(client).finally(() => client.disconnect())
}

export async function createTopic(brokers: string, topic: string): Promise<void> {
  const admin = kafka(brokers).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] })
  await admin.disconnect()
}

export async function produce(brokers: string, topic: string, value: string): Promise<void> {
  const producer = kafka(brokers).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: true,
    retry: { retries: 3 },
  })
  await producer.connect()
  try {
    await producer.send({ topic, messages: [{ value }] })
  } finally {
    await producer.disconnect()
  }
}

/** The first `count` messages of a topic, or more. */
export async function consume(brokers: string, topic: string, count: number): Promise<string[]> {
  // Leaving waits for the fetch under way, which by default waits 5 s for new messages.
  const consumer = kafka(brokers).consumer({
    groupId: `test-${crypto.randomUUID()}`,
    maxWaitTimeInMs: 100,
  })
  const values: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => void values.push(String(message.value)),
  })
  try {
    await until(() => values.length >= count)
  } finally {
    await consumer.disconnect()
  }
  return values
}

export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 800) throw new Error('It did not come true within 40 s.')
    await sleep(50)
  }
}

function kafka(brokers: string): Kafka {
  return new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
}
