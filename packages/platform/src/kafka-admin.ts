import type { Admin } from 'kafkajs'
import { faultOf, isTopicFault } from './broker-fault.ts'
import type { NewTopic } from './bus.ts'
import { sleep } from './pause.ts'

/** Offsets that the group has still to read, over all partitions of the topics. */
export async function lagOf(
  admin: Admin,
  prefix: string,
  group: string,
  topics: string[],
): Promise<number> {
  const committed = await admin.fetchOffsets({
    groupId: prefix + group,
    topics: topics.map((topic) => prefix + topic),
  })
  let lag = 0
  for (const { topic, partitions } of committed) {
    const ends = await admin.fetchTopicOffsets(topic)
    for (const { partition, offset } of partitions) {
      const end = ends.find((entry) => entry.partition === partition)
      const from = Math.max(Number(offset), Number(end?.low ?? 0))
      lag += Math.max(0, Number(end?.high ?? 0) - from)
    }
  }
  return lag
}

/** Throws when it is the broker that is away, not the topic. */
export async function refusedOf(admin: Admin, prefix: string, topics: string[]): Promise<string[]> {
  const refused: string[] = []
  for (const topic of topics) {
    try {
      await admin.fetchTopicMetadata({ topics: [prefix + topic] })
    } catch (error) {
      if (!isTopicFault(error)) throw error
      refused.push(topic)
    }
  }
  return refused
}

export async function createTopics(
  admin: Admin,
  prefix: string,
  topics: NewTopic[],
): Promise<void> {
  const known = new Set(await admin.listTopics())
  const missing = topics.filter(({ name }) => !known.has(prefix + name))
  if (missing.length === 0) return
  await admin.createTopics({
    waitForLeaders: false,
    topics: missing.map(({ name, partitions, config }) => ({
      topic: prefix + name,
      numPartitions: partitions,
      configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
    })),
  })
  await untilKnown(
    admin,
    missing.map(({ name }) => prefix + name),
  )
}

/** A broker that has just made a topic may say for a moment that it knows none such. */
async function untilKnown(admin: Admin, topics: string[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await admin.fetchTopicMetadata({ topics })
      return
    } catch (error) {
      const type = faultOf(error)
      const isYoung = type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE'
      if (!isYoung || tries >= 100) throw error
      await sleep(100)
    }
  }
}
