import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import { isEventId } from './cloud-event.ts'
import type { DeadLetterRow, DeadLetterTables, ParkedKey } from './dead-letter-rows.ts'
import { problem } from './problem.ts'

type Db = Kysely<DeadLetterTables>

export async function letterOf(db: Db, id: string): Promise<DeadLetterRow> {
  const letter = await db
    .selectFrom('deadLetter')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!letter) throw problem('not_found')
  return letter
}

/**
 * Asks for the letter at the head of this one's key; those behind it follow by themselves as soon
 * as nothing failed stands before them. Poison holds nothing back, and goes alone. Whoever asks a
 * second time changes nothing.
 */
export async function redriveKeyOf(
  db: Db,
  { id, consumer, topic, key, reason }: DeadLetterRow,
): Promise<{ first: string; letters: number }> {
  const letters = await db
    .selectFrom('deadLetter')
    .select(['id', 'seq'])
    .where((eb) =>
      reason === 'poison'
        ? eb('id', '=', id)
        : eb.and({ consumer, topic, key }).and('reason', '<>', 'poison'),
    )
    .orderBy('seq')
    .execute()
  const first = letters[0]?.id ?? id
  await db
    .updateTable('deadLetter')
    .set({ redriveAt: sql`coalesce(redrive_at, now())` })
    .where('id', '=', first)
    .execute()
  return { first, letters: letters.length }
}

/** Lets what is first of a key go on, where it only waited for what stood before it. */
export async function freeNextOf(
  db: Db,
  { consumer, topic, key }: Pick<DeadLetterRow, 'consumer' | 'topic' | 'key'>,
): Promise<void> {
  await sql`
    update dead_letter set redrive_at = now()
     where reason = 'held' and redrive_at is null and seq = (
       select seq from dead_letter
        where consumer = ${consumer} and topic = ${topic} and key = ${key} and reason <> 'poison'
        order by seq limit 1)`.execute(db)
}

export interface Chosen {
  consumer: string
  topic?: string | undefined
  key?: string | undefined
}

/** Asks for everything that failed or could not be read; answers how many letters that are. */
export async function redriveAll(db: Db, { consumer, topic, key }: Chosen): Promise<number> {
  let asked = db
    .updateTable('deadLetter')
    .set({ redriveAt: sql`coalesce(redrive_at, now())` })
    .where('consumer', '=', consumer)
    .where('reason', '<>', 'held')
  if (topic !== undefined) asked = asked.where('topic', '=', topic)
  if (key !== undefined) asked = asked.where('key', '=', key)
  const { numUpdatedRows } = await asked.executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Throws `dead_letter_under_way` for one that may be having its effect at this moment. */
export async function discard(db: Db, id: string): Promise<DeadLetterRow> {
  const letter = await db
    .deleteFrom('deadLetter')
    .where('id', '=', id)
    .where((eb) => eb.or([eb('redriveAt', 'is', null), eb('redriveAt', '<=', sql<string>`now()`)]))
    .returningAll()
    .executeTakeFirst()
  if (!letter) {
    await letterOf(db, id)
    throw problem('dead_letter_under_way')
  }
  const { consumer, eventId } = letter
  // Its consumer would take it after all if the bus brought it once more.
  if (isEventId(eventId)) {
    await db
      .insertInto('inbox')
      .values({ consumer, eventId })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await freeNextOf(db, letter)
  return letter
}

/** Answers the key as it was parked. */
export async function unpark(db: Db, id: string): Promise<z.infer<typeof ParkedKey>> {
  const parked = await db
    .selectFrom('parkedKey')
    .selectAll()
    .where('id', '=', id)
    .where('at', '=', 'outbox')
    .executeTakeFirst()
  if (!parked) throw problem('not_found')
  await db
    .updateTable('outbox')
    .set({ parkedAt: null, parkReason: null })
    .where('id', '=', id)
    .execute()
  return parked
}
