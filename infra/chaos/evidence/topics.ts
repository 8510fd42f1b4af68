import { randomUUID } from 'node:crypto'
import { catalogue } from '@forecourt/contracts/catalogue'
import { Kafka, logLevel } from 'kafkajs'

/** One record, as an outsider reads it. */
export interface Told {
  topic: string
  partition: number
  offset: number
  key: string
  /** `ce_id`, `ce_type` without the house's name, `ce_sequence`. */
  id: string
  type: string
  sequence: number
  data: Record<string, unknown> | null
}

const READ_MS = 60_000

/** Everything that stands on the topics of the house, each partition in its order. */
export async function readTopics(brokers: string): Promise<Told[]> {
  const kafka = new Kafka({
    brokers: brokers.split(','),
    clientId: 'chaos',
    logLevel: logLevel.NOTHING,
  })
  const topics = [...new Set(catalogue.map(({ topic }) => topic))]
  const admin = kafka.admin()
  await admin.connect()
  const ends = new Map<string, number>()
  for (const topic of topics) {
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > Number(low)) ends.set(`${topic}/${partition}`, Number(high) - 1)
    }
  }
  await admin.disconnect()
  return ends.size === 0 ? [] : readUntil(kafka, topics, ends)
}

async function readUntil(kafka: Kafka, topics: string[], ends: Map<string, number>) {
  const told: Told[] = []
  const consumer = kafka.consumer({ groupId: `chaos-${randomUUID()}`, maxWaitTimeInMs: 100 })
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const late = setTimeout(() => {
    reject(new Error(`${[...ends.keys()].join(', ')} cannot be read to the end.`))
  }, READ_MS)
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message }) => {
      const header = (name: string) => String(message.headers?.[name] ?? '')
      const offset = Number(message.offset)
      told.push({
        topic: topic.replace(/^forecourt\./, ''),
        partition,
        offset,
        key: String(message.key),
        id: header('ce_id'),
        type: header('ce_type').replace(/^forecourt\./, ''),
        sequence: Number(header('ce_sequence')),
        data: message.value && (JSON.parse(message.value.toString()) as Told['data']),
      })
      if (offset >= (ends.get(`${topic}/${partition}`) ?? Infinity)) {
        ends.delete(`${topic}/${partition}`)
        if (ends.size === 0) resolve()
      }
    },
  })
  try {
    await done
  } finally {
    clearTimeout(late)
    await consumer.disconnect()
  }
  return told
}
