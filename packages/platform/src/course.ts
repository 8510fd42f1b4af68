import type { Batch, ReceivedRecord } from './bus.ts'
import type { Log } from './log.ts'
import { nap, sleep } from './pause.ts'
import { seatsOf } from './seats.ts'

/** So many keys of one partition are worked on side by side. */
const SEATS = 8
const HEARTBEAT_MS = 2_000
const COMMIT_AGAIN_MS = 1_000
/** So many records may wait for their key before no more are taken. */
const MOST_WAITING = 1_000

/** A pause in which other keys have the seat; ends early when the record is not ours any more. */
export type Rest = (ms: number) => Promise<void>

interface Coursing {
  log: Log
  isStopped(): boolean
  /** Answers undefined when it gave the record up, undone. */
  work(record: ReceivedRecord, isMine: () => boolean, rest: Rest): Promise<unknown>
}

/** The records of one key that are under way, in their order. */
interface Lane {
  records: ReceivedRecord[]
  /** It has ended, or it rests, so that nobody need wait for it. */
  settled: PromiseWithResolvers<void>
  ended: Promise<void>
}

/**
 * What is under way of one partition, for as long as it is ours without a break. Strictly serial
 * per key. A key that rests holds up no other one, neither of its batch nor of later ones; the
 * group resumes from the first record that is not done.
 */
export class Course {
  readonly #coursing: Coursing
  readonly #seats = seatsOf(SEATS)
  readonly #lanes = new Map<string, Lane>()
  #latest: Batch
  #fault: Error | undefined
  #committing: Promise<void> = Promise.resolve()

  constructor(coursing: Coursing, first: Batch) {
    this.#coursing = coursing
    this.#latest = first
  }

  readonly isMine = (): boolean =>
    this.#fault === undefined && this.#latest.isCurrent() && !this.#coursing.isStopped()

  /** Resolves when the next batch may come, though some keys of this one may still rest. */
  async take(batch: Batch): Promise<void> {
    this.#latest = batch
    const beat = setInterval(() => {
      // The group moves on without us: the client must hear of it, so that it joins again.
      batch.heartbeat().catch((error: Error) => (this.#fault = error))
    }, HEARTBEAT_MS)
    const touched = new Set<Lane>()
    for (const record of batch.records) {
      const lane = this.#laneOf(record.key)
      lane.records.push(record)
      touched.add(lane)
    }
    await Promise.all([...touched].map(({ settled }) => settled.promise))
    while (this.isMine() && this.#waiting > MOST_WAITING) await sleep(50)
    clearInterval(beat)
    if (!this.isMine()) await this.ended()
    if (this.#fault) throw this.#fault
    await this.#commit()
  }

  /** Nothing of it is in anybody's hands any more. */
  async ended(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.ended))
  }

  #laneOf(key: string): Lane {
    const known = this.#lanes.get(key)
    if (known) return known
    const settled = Promise.withResolvers<void>()
    const lane: Lane = { records: [], settled, ended: Promise.resolve() }
    this.#lanes.set(key, lane)
    lane.ended = this.#run(key, lane)
    return lane
  }

  async #run(key: string, lane: Lane): Promise<void> {
    let hasRested = false
    const rest: Rest = async (ms) => {
      hasRested = true
      this.#seats.leave()
      lane.settled.resolve()
      await nap(ms, this.isMine)
      await this.#seats.take()
    }
    await this.#seats.take()
    try {
      for (let record = lane.records[0]; record && this.isMine(); record = lane.records[0]) {
        if ((await this.#coursing.work(record, this.isMine, rest)) === undefined) break
        lane.records.shift()
      }
    } catch (error) {
      this.#fault = error as Error
    }
    this.#seats.leave()
    if (lane.records.length === 0) this.#lanes.delete(key)
    lane.settled.resolve()
    if (hasRested) await this.#commitAtLast()
  }

  get #waiting(): number {
    return [...this.#lanes.values()].reduce((sum, { records }) => sum + records.length, 0)
  }

  /** The first offset that is not done. */
  get #position(): string {
    const heads = [...this.#lanes.values()].flatMap(({ records }) => records[0]?.offset ?? [])
    return String([this.#latest.next, ...heads].map(BigInt).reduce((a, b) => (b < a ? b : a)))
  }

  /** One after the other, so that no older position overtakes. */
  #commit(): Promise<void> {
    const running = this.#committing.then(() => this.#latest.commit(this.#position))
    this.#committing = running.catch(() => undefined)
    return running
  }

  /** No batch may come for long: what rested is committed by itself. */
  async #commitAtLast(): Promise<void> {
    while (this.isMine()) {
      try {
        return await this.#commit()
      } catch (error) {
        this.#coursing.log.debug({ error }, 'A position is not committed yet.')
        await sleep(COMMIT_AGAIN_MS)
      }
    }
  }
}
