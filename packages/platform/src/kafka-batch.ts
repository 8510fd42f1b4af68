import type { EachBatchPayload } from 'kafkajs'
import { faultOf } from './broker-fault.ts'
import type { Batch } from './bus.ts'

/** Partition → the first offset that is not done, since the group was last shared out. */
export type Sharing = Map<string, string>

/** The client's batch as ours. */
export function batchOf(
  { batch, heartbeat, isRunning, isStale, commitOffsetsIfNecessary }: EachBatchPayload,
  prefix: string,
  sharing: Sharing,
  isShared: () => boolean,
): Batch {
  const { partition } = batch
  const topic = batch.topic.slice(prefix.length)
  const place = placeOf({ topic, partition })
  if (!sharing.has(place)) sharing.set(place, batch.messages[0]?.offset ?? batch.lastOffset())
  return {
    topic,
    partition,
    heartbeat,
    next: String(BigInt(batch.lastOffset()) + 1n),
    isCurrent: () => isRunning() && !isStale() && isShared(),
    async commit(offset) {
      if (!isShared() || sharing.get(place) === offset) return
      const partitions = [{ partition, offset }]
      await commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions }] })
      sharing.set(place, offset)
    },
    records: batch.messages.map((message) => ({
      topic,
      partition,
      offset: message.offset,
      key: message.key?.toString() ?? '',
      value: message.value,
      headers: Object.fromEntries(
        Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
      ),
    })),
  }
}

export function placeOf({ topic, partition }: Pick<Batch, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`
}

/** The broker does not know this member as a holder of partitions any more. */
export function isGroupFault(error: unknown): boolean {
  return [
    'REBALANCE_IN_PROGRESS',
    'ILLEGAL_GENERATION',
    'UNKNOWN_MEMBER_ID',
    'NOT_COORDINATOR_FOR_GROUP',
  ].includes(faultOf(error))
}
