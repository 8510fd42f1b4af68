import { z } from 'zod'
import { topics, topicName, type EventName, type TopicName, type TopicSpec } from './topic.ts'

/** One fact in the past tense, declared once: topic, envelope, docs and types derive from it. */
export interface EventContract<Data extends z.ZodObject = z.ZodObject> {
  /** `customer-vehicle.customer.registered.v1` */
  name: EventName
  /** CloudEvents type: `forecourt.customer-vehicle.customer.registered.v1` */
  type: string
  /** Kafka topic: `forecourt.customer-vehicle.customer.v1` */
  topic: string
  /** The service that owns the topic and alone produces to it. */
  service: string
  spec: TopicSpec
  /** The field of `data` that holds the noun's id, which is the record's key. */
  key: string
  about: string
  data: Data
}

/** A contract of a compacted topic; only these forget a noun. */
export type ReferenceContract = EventContract & { spec: { class: 'reference' } }

/** What is declared of the topic of `identity.service-center.opened.v1`. */
type SpecOf<Name> = Name extends `${infer Service}.${infer Noun}.${string}.v1`
  ? `${Service}.${Noun}.v1` extends infer Topic extends TopicName
    ? (typeof topics)[Topic]
    : TopicSpec
  : TopicSpec

export type DataOf<Contract extends EventContract> = z.infer<Contract['data']>

const NAME = /^([a-z-]+)\.([a-z-]+)\.([a-z-]+)\.v(\d+)$/

export function event<const Name extends EventName, Data extends z.ZodObject>(
  name: Name,
  declared: { key: string & keyof z.infer<Data>; about: string; data: Data },
): EventContract<Data> & { spec: SpecOf<Name> } {
  const [, service, noun, , major] = NAME.exec(name) ?? []
  if (!service) throw new Error(`${name} is not <service>.<noun>.<fact>.v<major>`)
  const topic = `${service}.${noun}.v${major}` as TopicName
  return {
    name,
    type: `forecourt.${name}`,
    topic: topicName(topic),
    service,
    spec: topics[topic] as TopicSpec & SpecOf<Name>,
    ...declared,
  }
}

/** A personal or secret value inside an event: ciphertext that only holders of the key can read. */
export const Sealed = z.string().min(1).meta({
  description: 'Encrypted personal value; unreadable without the key.',
  'x-encrypted': true,
})

export const Instant = z.string().meta({ format: 'date-time', description: 'UTC, ISO 8601.' })
export const Id = z.string().meta({ format: 'uuid' })
