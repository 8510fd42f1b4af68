import { sql, type Kysely } from 'kysely'
import { problem } from './problem.ts'

interface Locking {
  expectedVersion: number | undefined
  was(before: object): void
}

interface Versioned {
  id: string
  version: number
}

// Table names vary at run time here and nowhere else; the row schema types what comes back.
type AnyDb = Kysely<Record<string, Versioned & Record<string, unknown>>>

/**
 * Locks one row of a versioned noun for a change. Throws `not_found` when it is not there or not
 * the caller's to see, `version_changed` when the caller expected another version.
 */
export async function lockRow<Row extends Versioned>(
  context: Locking & { db: unknown },
  table: string,
  id: string,
): Promise<Row> {
  const db = context.db as AnyDb
  const row = await db
    .selectFrom(table)
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw problem('not_found')
  if (context.expectedVersion !== undefined && context.expectedVersion !== row.version) {
    throw problem('version_changed')
  }
  context.was(row)
  return row as unknown as Row
}

/** Changes a locked row and raises its version; the caller emits exactly one event for it. */
export async function changeRow<Row extends Versioned>(
  context: { db: unknown },
  table: string,
  row: Row,
  changes: Partial<Omit<Row, 'id' | 'version'>>,
): Promise<Row> {
  const db = context.db as AnyDb
  const changed = await db
    .updateTable(table)
    .set({ ...changes, version: row.version + 1, updatedAt: sql`now()` } as never)
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return changed as unknown as Row
}
