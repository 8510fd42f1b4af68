import type { EventHead } from '@forecourt/platform/cloud-event'
import { NotYet } from '@forecourt/platform/consumer'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { NO_CENTER, summed, type Change } from './figure.ts'

interface Told {
  db: Kysely<Tables>
  event: EventHead
}

interface Kept {
  generation: number
  id: string
  version: number
}

// Table names vary at run time here and nowhere else; the row schema types what comes back.
type AnyDb = Kysely<Record<string, Kept>>

/**
 * Keeps how a noun stands now and counts by how much that changes the figures. One that is older
 * than what is kept changes nothing.
 */
export async function keep<Row extends Kept>(
  { db }: Told,
  table: string,
  now: Row,
  changesFrom: (before: Row | undefined) => Change[],
): Promise<void> {
  const rows = db as unknown as AnyDb
  const before = await rows
    .selectFrom(table)
    .selectAll()
    .where('generation', '=', now.generation)
    .where('id', '=', now.id)
    .forUpdate()
    .executeTakeFirst()
  if (before && before.version >= now.version) return
  await rows
    .insertInto(table)
    .values(now)
    .onConflict((conflict) => conflict.columns(['generation', 'id']).doUpdateSet(now))
    .execute()
  await count(db, now.generation, changesFrom(before as unknown as Row | undefined))
}

/** Forgets a noun that is no more, and what it counted for. */
export async function drop<Row extends Kept>(
  { db, event }: Told,
  table: string,
  generation: number,
  changesFrom: (before: Row) => Change[],
): Promise<void> {
  const before = await (db as unknown as AnyDb)
    .deleteFrom(table)
    .where('generation', '=', generation)
    .where('id', '=', event.subject)
    .where('version', '<', event.sequence)
    .returningAll()
    .executeTakeFirst()
  if (before) await count(db, generation, changesFrom(before as unknown as Row))
}

/**
 * Adds to the figures. Many do so at once: the sums are made by the database, and everybody locks
 * rows in one order.
 */
async function count(
  db: Kysely<Tables>,
  generation: number,
  changes: readonly Change[],
): Promise<void> {
  const days = summed(changes, (change) => `${keyOf(change)} ${change.day}`)
  if (days.length === 0) return
  const wholes = summed(
    days.map(({ serviceCenterId, subjectId, name, unit, value }) => ({
      ...{ serviceCenterId, subjectId, name, unit, value },
    })),
    keyOf,
  )
  const row = <Place extends object>(place: Place) => ({ ...place, generation })
  if (wholes.length > 0) {
    await db
      .insertInto('figure')
      .values(wholes.map(row))
      .onConflict((conflict) =>
        conflict
          .columns(['generation', 'serviceCenterId', 'subjectId', 'name', 'unit'])
          .doUpdateSet({ value: sql`figure.value + excluded.value` }),
      )
      .execute()
  }
  await db
    .insertInto('figureDay')
    .values(days.map(row))
    .onConflict((conflict) =>
      conflict
        .columns(['generation', 'serviceCenterId', 'subjectId', 'day', 'name', 'unit'])
        .doUpdateSet({ value: sql`figure_day.value + excluded.value` }),
    )
    .execute()
}

function keyOf({ serviceCenterId, subjectId, name, unit }: Omit<Change, 'day' | 'value'>): string {
  return [serviceCenterId, subjectId, name, unit].join(' ')
}

/** The day that it was in the center at a moment. Throws `NotYet` while the center is unknown. */
export async function dayIn(
  db: Kysely<Tables>,
  serviceCenterId: string,
  at: string,
): Promise<string> {
  const { rows } = await sql<{ day: string }>`
    select (${at}::timestamptz at time zone time_zone)::date as day
      from service_center where id = ${serviceCenterId}::uuid
    union all
    select (${at}::timestamptz at time zone 'UTC')::date
     where ${serviceCenterId}::uuid = ${NO_CENTER}::uuid`.execute(db)
  const [found] = rows
  if (!found) throw new NotYet('service center', serviceCenterId)
  return found.day
}
