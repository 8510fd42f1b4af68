/** One record as it stands on a topic; a null value is a tombstone. */
export interface BusRecord {
  topic: string
  key: string
  value: Buffer | string | null
  headers: Record<string, string>
}

export interface ReceivedRecord extends BusRecord {
  value: Buffer | null
  partition: number
  offset: string
}

export interface Batch {
  topic: string
  partition: number
  records: ReceivedRecord[]
  /** The offset after its last record. */
  next: string
  /** Tells the broker that this consumer lives; call it while a batch takes long. */
  heartbeat(): Promise<void>
  /** False once the partition belongs to somebody else, or the consumer stops. */
  isCurrent(): boolean
  /** Everything before this offset is done: whoever has the partition next begins there. */
  commit(offset: string): Promise<void>
}

export interface Bus {
  /** Sends in order, with all replicas' acknowledgement, as one request. */
  send(records: BusRecord[]): Promise<void>
  /**
   * Joins a group from the beginning of its topics. `take` resolves when the next batch may come;
   * when it throws, all that was not committed is brought again.
   */
  consume(group: string, topics: string[], take: (batch: Batch) => Promise<void>): Promise<Stop>
  /** Offsets still to be read, over all partitions of the topics. */
  lagOf(group: string, topics: string[]): Promise<number>
  /** Those of the topics that the broker is there for and does not take: unknown, or forbidden. */
  refused(topics: string[]): Promise<string[]>
  createTopics(topics: NewTopic[]): Promise<void>
  close(): Promise<void>
}

export type Stop = () => Promise<void>

export interface NewTopic {
  name: string
  partitions: number
  config: Record<string, string>
}
