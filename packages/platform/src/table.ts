import type { ColumnType, Generated } from 'kysely'
import type { z } from 'zod'

type MadeByDatabase = 'version' | 'createdAt' | 'updatedAt'

/**
 * The Kysely table of a row schema: nullable columns may be left out of an insert, and so may the
 * columns that the database fills (`version`, `createdAt`, `updatedAt`). jsonb columns take the
 * text that `json()` makes.
 */
export type Table<Row extends z.ZodObject> = {
  [Column in keyof z.infer<Row>]: Column extends MadeByDatabase
    ? Generated<z.infer<Row>[Column]>
    : z.infer<Row>[Column] extends infer Value
      ? Value extends readonly string[] | string | number | boolean | null
        ? Value
        : Value extends object
          ? ColumnType<Value, string, string>
          : Value
      : never
}

/** A value for a jsonb column; arrays would otherwise be sent as Postgres arrays. */
export function json(value: unknown): string {
  return JSON.stringify(value)
}

/** Without the values that were not given, so that absent means unchanged and not null. */
export function given<Values extends object>(
  values: Values,
): { [Name in keyof Values]: Exclude<Values[Name], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof Values]: Exclude<Values[Name], undefined> }
}
