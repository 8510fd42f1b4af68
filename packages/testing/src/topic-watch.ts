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
  close(): Promise<void>
}

/** Reads what a service says, as an outsider would. */
export async function watchTopics(
  brokers: string,
  prefix: string,
  service: string,
): Promise<TopicWatch> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `${prefix}watch`, maxWaitTimeInMs: 50 })
  const own = catalogue.filter((contract) => contract.service === service)
  const topics = [...new Set(own.map(({ topic }) => prefix + topic))]
  const seen: SeenEvent[] = []
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
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
    close: () => consumer.disconnect(),
  }
}
