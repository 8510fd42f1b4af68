import { schemaName } from '@forecourt/contracts/service-name'
import type { AnyService } from '@forecourt/platform/service'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import type { Stack } from './stack.ts'

/** Tables without a scope, each with its reason; every other table must have one. */
const UNSCOPED: Record<string, string> = {
  outbox: 'a queue that only the relay reads',
  inbox: 'ids of events',
  dead_letter: 'read by administrators only',
  timer: 'ids and deadlines',
  idempotency: 'read by its key, which holds who asked',
  erased_noun: 'ids of what is no more',
  ended_session: 'ids of sessions, judged before any scope stands',
  role_permission: 'the same for everybody',
  applied_setting: 'the same for everybody',
  migration: 'not granted to the service',
  projection: 'which counts there are',
}

/** Every table is under the scope unless it is listed with a reason; rows are as declared. */
export function testTables(
  service: AnyService,
  tables: Record<string, z.ZodObject>,
  stackOf: () => Stack,
  unscoped: Record<string, string> = {},
): void {
  const schema = schemaName(service.name)
  test('every table is under the scope, or has a reason not to be', async () => {
    const { rows } = await stackOf().admin.query<{ name: string; forced: boolean }>(
      `select relname as name, relforcerowsecurity as forced from pg_class
        where relnamespace = $1::regnamespace and relkind in ('r', 'p') and not relispartition`,
      [schema],
    )
    const open = rows.filter(({ forced }) => !forced).map(({ name }) => name)
    const reasons = { ...UNSCOPED, ...unscoped }
    expect(open.filter((name) => !reasons[name])).toEqual([])
  })

  test('the rows of the code are the columns of the database', async () => {
    const { rows } = await stackOf().admin.query<Column>(
      `select table_name as "table", column_name as name, is_nullable = 'YES' as nullable
         from information_schema.columns where table_schema = $1`,
      [schema],
    )
    for (const [name, row] of Object.entries(tables)) {
      const columns = rows.filter(({ table }) => table === snake(name))
      const declared = Object.entries(row.shape).map(([field, type]) => ({
        name: snake(field),
        nullable: (type as z.ZodType).safeParse(null).success,
      }))
      const kept = columns.map((column) => ({ name: column.name, nullable: column.nullable }))
      expect({ [name]: sorted(declared) }).toEqual({ [name]: sorted(kept) })
    }
  })
}

interface Column {
  table: string
  name: string
  nullable: boolean
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function sorted<Named extends { name: string }>(columns: Named[]): Named[] {
  return columns.toSorted((one, other) => one.name.localeCompare(other.name))
}
