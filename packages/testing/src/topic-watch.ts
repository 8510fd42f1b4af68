import { catalogue } from '@forecourt/contracts/catalogue'
import { Kafka, logLevel } from 'kafkajs'
import { eventually } from './eventually.ts'

export interface SeenEvent {
  topic: string
  key: string
  type: string
  headers: Record<string, string>
  data: Record<string, unknown> | null
}

export interface TopicWatch {
  /** Everything seen so far, in the order of arrival. */
  seen: SeenEvent[]
  /** The first event of a type that satisfies `is`; waits for it. */
  next(type: string, is?: (event: SeenEvent) => boolean): Promise<SeenEvent>
  /** Waits until everything that the broker has by now was seen. */
  catchUp(): Promise<void>
  close(): Promise<void>
}

/** Reads what a service says, as an outsider would. */
export async function watchTopics(
  brokers: string,
  prefix: string,
  service: string,
): Promise<TopicWatch> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `${prefix}watch.${service}`, maxWaitTimeInMs: 50 })
  const own = catalogue.filter((contract) => contract.service === service)
  const topics = [...new Set(own.map(({ topic }) => prefix + topic))]
  const seen: SeenEvent[] = []
  const read = new Map<string, bigint>()
  const isRead = (topic: string, partition: number, end: string) =>
    (read.get(`${topic}/${partition}`) ?? -1n) >= BigInt(end) - 1n
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      // A group that is formed anew begins at what it last committed: that was seen already.
      const [place, offset] = [`${topic}/${partition}`, BigInt(message.offset)]
      if (offset <= (read.get(place) ?? -1n)) return
      read.set(place, offset)
      const headers = Object.fromEntries(
        Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
      )
      seen.push({
        topic: topic.slice(prefix.length),
        key: String(message.key),
        type: (headers['ce_type'] ?? '').replace(/^forecourt\./, ''),
        headers,
        data: message.value && (JSON.parse(message.value.toString()) as Record<string, unknown>),
      })
    },
  })
  return {
    seen,
    next: (type, is = () => true) =>
      eventually(`an event ${type}`, () => seen.find((event) => event.type === type && is(event))),
    async catchUp() {
      for (const [topic, ends] of await endsOf(kafka, topics)) {
        await eventually(`the end of ${topic}`, () =>
          ends.every(({ partition, high }) => isRead(topic, partition, high)),
        )
      }
    },
    close: () => consumer.disconnect(),
  }
}

async function endsOf(kafka: Kafka, topics: string[]) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await Promise.all(
      topics.map(async (topic) => [topic, await admin.fetchTopicOffsets(topic)] as const),
    )
  } finally {
    await admin.disconnect()
  }
}
