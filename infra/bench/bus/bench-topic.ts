import { recordOf } from '@forecourt/platform/cloud-event'
import { connectBus } from '@forecourt/platform/kafka'
import { openLog } from '@forecourt/platform/log'
import { Kafka, logLevel, type Admin } from 'kafkajs'
import type { Stage } from '../stage.ts'

const PARTITIONS = 6

/** Makes a topic for the bare client, and waits until the broker knows it. Answers its name. */
export async function makeBareTopic(stage: Stage, name: string): Promise<string> {
  const { engines, kafkaPrefix: prefix } = stage
  const brokers = engines.kafkaBrokers.split(',')
  const bus = connectBus({ brokers, prefix, clientId: 'bench', log: openLog('bench', 'silent') })
  await bus.createTopics([{ name, partitions: PARTITIONS, config: {} }])
  await bus.close()
  return prefix + name
}

/** `count` events of about 600 bytes, of `keys` nouns by turns that are named after their round. */
export interface Backlog {
  round: string
  count: number
  keys: number
}

/** Event number `at` of a backlog, as the relay would send it. */
export function recordAt({ round, keys }: Backlog, at: number, type: string) {
  const key = `${round}-${at % keys}`
  const record = recordOf('identity', {
    ...{ seq: at, id: crypto.randomUUID(), topic: '', key, type, subject: key, headers: {} },
    version: Math.floor(at / keys) + 1,
    data: JSON.stringify({ at, filling: String(at).padStart(575, '0') }),
    createdAt: new Date().toISOString(),
  })
  return { key, value: record.value, headers: record.headers }
}

export function kafkaOf(brokers: string): Kafka {
  return new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
}

/** How many records a topic has had, over all its partitions. */
export async function endOf(admin: Admin, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic)
  return offsets.reduce((sum, { high }) => sum + Number(high), 0)
}

const READ_MS = 60_000

/** Reads a backlog from its topic; throws unless each noun's events stand there once, in order. */
export async function checkOrder(
  kafka: Kafka,
  groupId: string,
  topic: string,
  { round, count }: Backlog,
): Promise<void> {
  const last = new Map<string, number>()
  const consumer = kafka.consumer({ groupId })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let seen = 0
  const late = setTimeout(() => reject(new Error(`${seen} of ${count} events came.`)), READ_MS)
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const key = String(message.key)
      if (!key.startsWith(`${round}-`)) return
      const expected = (last.get(key) ?? 0) + 1
      const version = Number(message.headers?.['ce_sequence'])
      if (version !== expected) reject(new Error(`${key} said ${version} instead of ${expected}.`))
      last.set(key, version)
      if ((seen += 1) === count) resolve()
    },
  })
  try {
    await promise
  } finally {
    clearTimeout(late)
    await consumer.disconnect()
  }
}
