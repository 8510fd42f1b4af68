import { Kafka, logLevel, Partitioners, type logCreator } from 'kafkajs'
import { isTopicFault } from './broker-fault.ts'
import type { Bus, BusRecord } from './bus.ts'
import { createTopics, lagOf, refusedOf } from './kafka-admin.ts'
import { consume } from './kafka-consumer.ts'
import type { Log } from './log.ts'

export interface BusSettings {
  brokers: string[]
  /** Stands before every topic and group, where several stacks share a broker. */
  prefix: string
  clientId: string
  log: Log
}

/** This file and its neighbours `kafka-*` alone know the client: a swap touches no other. */
export function connectBus({ brokers, prefix, clientId, log }: BusSettings): Bus {
  const kafka = new Kafka({
    brokers,
    clientId,
    logCreator: quietly(log),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 5 },
  })
  let producer = producerOf(kafka)
  const admin = kafka.admin()
  const connected = once(() => admin.connect())

  return {
    async send(records) {
      const own = producer
      await own.connected()
      try {
        await own.client.sendBatch({ acks: -1, topicMessages: byTopic(records, prefix) })
      } catch (error) {
        // It asks for all topics that it ever knew at once, so that one that is gone spoils all.
        if (isTopicFault(error)) {
          producer = producerOf(kafka)
          await own.client.disconnect()
        }
        throw error
      }
    },
    consume: (group, topics, take) => consume({ kafka, log, prefix, group, topics, take }),
    async lagOf(group, topics) {
      await connected()
      return lagOf(admin, prefix, group, topics)
    },
    async refused(topics) {
      await connected()
      return refusedOf(admin, prefix, topics)
    },
    async createTopics(topics) {
      await connected()
      await createTopics(admin, prefix, topics)
    },
    async close() {
      await Promise.all([producer.client.disconnect(), admin.disconnect()])
    },
  }
}

function producerOf(kafka: Kafka) {
  const client = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
  })
  return { client, connected: once(() => client.connect()) }
}

function byTopic(records: BusRecord[], prefix: string) {
  const topics = Map.groupBy(records, (record) => record.topic)
  return [...topics].map(([topic, messages]) => ({
    topic: prefix + topic,
    messages: messages.map(({ key, value, headers }) => ({ key, value, headers })),
  }))
}

/** Runs a connect once; a failed one may be tried again. */
function once(connect: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= connect().catch((error: unknown) => {
      running = undefined
      throw error
    })
    return running
  }
}

/** The client calls ordinary retries errors; for us they are only worth a debug line. */
function quietly(log: Log): logCreator {
  return () =>
    ({ level, log: { message, ...rest } }) => {
      const { error, groupId, broker } = rest as Record<string, unknown>
      const line = { error, groupId, broker }
      if (level <= logLevel.WARN) log.debug(line, `kafka: ${message}`)
    }
}
