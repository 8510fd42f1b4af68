import { randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import { inTransaction } from './database.ts'
import type { KeyRing } from './config.ts'
import { Outbox, type Emit } from './outbox.ts'
import type { PersonalData, Place } from './personal.ts'
import { systemScope } from './scope.ts'

const BATCH = 500
const NO_ID = '00000000-0000-0000-0000-000000000000'

/** Tells the state of nouns anew: topics keep what was sealed until something takes its place. */
export interface Retelling<Tables> {
  table: string
  tell(
    context: { db: Kysely<Tables>; emit: Emit; personal: PersonalData },
    ids: readonly string[],
  ): Promise<void>
}

/** The same, where nobody needs its types any more. */
export interface AnyRetelling {
  table: string
  tell(context: never, ids: readonly string[]): Promise<void>
}

interface Resealing {
  service: {
    name: string
    copies?: Record<string, string> | undefined
    retellings?: AnyRetelling[] | undefined
  }
  pool: pg.Pool
  keys: KeyRing
  personal: PersonalData
  say(line: string): void
}

/**
 * Seals whatever lies under an older key under the first key of the ring, and tells anew what
 * topics keep; the system may run meanwhile, and a run that was cut off is begun again. Values are
 * found by their look, so that no column can be forgotten. Throws when one does not open.
 */
export async function reseal(resealing: Resealing): Promise<void> {
  const { service, say } = resealing
  for (const { table, column } of await textColumns(resealing.pool)) {
    const count = await inBatches((after) => resealSome(resealing, { table, column }, after))
    if (count > 0) say(`${service.name}: ${count} values of ${table}.${column} are sealed anew.`)
  }
  for (const retelling of service.retellings ?? []) {
    const count = await inBatches((after) => retellSome(resealing, retelling, after))
    say(`${service.name}: ${count} rows of ${retelling.table} are told anew.`)
  }
}

/** Goes over a table in the order of its ids. */
async function inBatches(
  some: (after: string) => Promise<readonly { id: string }[]>,
): Promise<number> {
  let count = 0
  let after = NO_ID
  for (;;) {
    const rows = await some(after)
    count += rows.length
    const last = rows.at(-1)
    if (!last || rows.length < BATCH) return count
    after = last.id
  }
}

interface Column {
  table: string
  column: string
}

/** Every text column of a table whose rows have an id; what is sealed is sealed for its row. */
async function textColumns(pool: pg.Pool): Promise<Column[]> {
  const { rows } = await pool.query<Column>(`
    select c.relname as table, a.attname as column
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_attribute i on i.attrelid = c.oid and i.attname = 'id'
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
       and i.atttypid = 'uuid'::regtype
       and a.atttypid = 'text'::regtype and c.relname <> 'outbox'
       and has_table_privilege(c.oid, 'update')
     order by 1, 2`)
  return rows
}

/** Rows stay locked meanwhile, so that no change is written over. */
async function resealSome(
  { service, pool, keys, personal }: Resealing,
  { table, column }: Column,
  after: string,
): Promise<{ id: string }[]> {
  const older = keys.slice(1).map(({ version }) => version)
  const at = { table: service.copies?.[table] ?? table, column }
  return inTransaction<object, { id: string }[]>(pool, systemScope(), async (db) => {
    const { rows } = await sql<{ id: string; sealed: string }>`
      select id, ${sql.ref(column)} as sealed from ${sql.table(table)}
       where id > ${after}::uuid and split_part(${sql.ref(column)}, '.', 1) = any (${older})
         and ${sql.ref(column)} ~ '^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]{38,}$'
       order by id limit ${BATCH} for update`.execute(db)
    if (rows.length === 0) return rows
    const values = rows.map(({ id, sealed }) => {
      const place = { ...at, id }
      return sql`(${id}::uuid, ${personal.seal(opened(personal, sealed, place), place)})`
    })
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = fresh.sealed
      from (values ${sql.join(values)}) as fresh (id, sealed)
     where ${sql.table(table)}.id = fresh.id`.execute(db)
    return rows
  })
}

function opened(personal: PersonalData, sealed: string, place: Place): string {
  try {
    return personal.open(sealed, place)
  } catch (error) {
    const { table, column, id } = place
    throw new Error(`${table}.${column} of ${id} does not open.`, { cause: error })
  }
}

/** Like every change it raises the version: what a copy holds is sealed anew with it. */
async function retellSome(
  { service, pool, personal }: Resealing,
  { table, tell }: AnyRetelling,
  after: string,
): Promise<{ id: string }[]> {
  return inTransaction<never, { id: string }[]>(pool, systemScope(), async (db, lastly) => {
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where id > ${after}::uuid
       order by id limit ${BATCH} for update`.execute(db)
    const ids = rows.map(({ id }) => id)
    await sql`update ${sql.table(table)} set version = version + 1
      where id = any (${ids}::uuid[])`.execute(db)
    const outbox = new Outbox(service.name, { correlationId: randomUUID() })
    if (ids.length > 0) await tell({ db, emit: outbox.emit, personal } as never, ids)
    lastly(outbox.flushed())
    return rows
  })
}
