import { topicConfig, topicName, topics, type TopicName } from '@forecourt/contracts/topic'
import type { Bus } from './bus.ts'

/** Creates the topics of the contracts that the broker does not have yet. */
export async function createTopics(bus: Bus, partitions: number): Promise<void> {
  const wanted = Object.keys(topics) as TopicName[]
  await bus.createTopics(
    wanted.map((name) => ({
      name: topicName(name),
      partitions,
      config: topicConfig(topics[name]),
    })),
  )
}
