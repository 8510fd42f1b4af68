import { sql, type Kysely } from 'kysely'
import type { Delivery } from './attempt.ts'
import type { Consumer } from './consumer.ts'
import { recordOfLetter, type DeadLetterRow, type DeadLetterTables } from './dead-letter-rows.ts'
import { freeNextOf } from './dead-letter-queries.ts'
import { groupOf, takeRecord } from './delivery.ts'
import type { Job } from './job.ts'

const LETTERS = 8
const SWEEP_MS = 10_000
/** Longer than a consumer tries; what somebody took who then died is free again after it. */
const LEASE_S = 120

export interface Redriving extends Omit<Delivery<never, never>, 'consumer' | 'moved'> {
  /** Those that run now. */
  consumers(): Consumer<never, never>[]
  isStopped(): boolean
}

/**
 * Brings letters to their consumers again, by the way of every event: those that were asked for,
 * and those held ones before which nothing stands any more. A key keeps its order, because only
 * its first letter is ever taken.
 */
export function redriver(redriving: Redriving): Job<DeadLetterTables, object> {
  const { consumers, isStopped, ...delivery } = redriving
  const byGroup = () => new Map(consumers().map((one) => [groupOf(delivery.service, one), one]))
  let sweptAt = -Infinity

  async function redrive(db: Kysely<DeadLetterTables>, letter: DeadLetterRow): Promise<void> {
    const consumer = byGroup().get(letter.consumer)
    if (!consumer) return
    const record = recordOfLetter(letter)
    const end = await takeRecord({ ...delivery, consumer }, record, () => !isStopped())
    const own = sql`where seq = ${letter.seq}`
    if (end === undefined) await sql`update dead_letter set redrive_at = now() ${own}`.execute(db)
    // It had its effect before, or its consumer wants its like no more.
    const isOver = end === 'duplicate' || end === 'ignored'
    if (isOver) await sql`delete from dead_letter ${own}`.execute(db)
    if (isOver || end === 'done') await freeNextOf(db, letter)
  }

  return {
    name: 'redrive',
    everyMs: 1_000,
    async run({ db }) {
      if (isStopped()) return false
      const letters = await takeLetters(db, [...byGroup().keys()])
      await Promise.all(letters.map((letter) => redrive(db, letter)))
      if (letters.length > 0) return true
      if (performance.now() - sweptAt < SWEEP_MS) return false
      sweptAt = performance.now()
      return freeAll(db)
    },
  }
}

/** Takes letters that are due, for as long as one may take; no two processes get the same. */
async function takeLetters(
  db: Kysely<DeadLetterTables>,
  groups: string[],
): Promise<DeadLetterRow[]> {
  const { rows } = await sql<DeadLetterRow>`
    update dead_letter set redrive_at = now() + make_interval(secs => ${LEASE_S})
     where seq in (
       select seq from dead_letter
        where consumer = any(${groups}) and redrive_at <= now()
        order by redrive_at, seq limit ${LETTERS} for update skip locked)
    returning *`.execute(db)
  return rows
}

/**
 * Finds what waits behind nothing: an event that came at the moment in which the last before it
 * had its effect, or whose process died then. Whatever is found is due.
 */
async function freeAll(db: Kysely<DeadLetterTables>): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update dead_letter as letter set redrive_at = now()
     where reason = 'held' and redrive_at is null and not exists (
       select from dead_letter as ahead
        where ahead.consumer = letter.consumer and ahead.topic = letter.topic
          and ahead.key = letter.key and ahead.reason <> 'poison' and ahead.seq < letter.seq)
  `.execute(db)
  return numAffectedRows > 0n
}
