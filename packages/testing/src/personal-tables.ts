import { schemaName } from '@forecourt/contracts/service-name'
import type { PersonalTable } from '@forecourt/platform/personal-table'
import { isPersonal, isSecret, isWords } from '@forecourt/platform/secrecy'
import type { AnyService } from '@forecourt/platform/service'
import { expect, test } from 'vitest'
import type { Stack } from './stack.ts'

/** Columns with ids of files, which say nothing once the files are dropped. */
const FILES = new Set(['images'])

/** Tables of the platform, each with its reason to be in no list of a service. */
const OF_PLATFORM: Record<string, string> = {
  outbox: 'erasure drops what waits of the person; the rest holds ids',
  dead_letter: 'erasure drops letters of the person; the rest holds ids',
  idempotency: 'erasure drops answers that name the person; others end after a day',
  inbox: 'ids of events',
  timer: 'ids and deadlines',
  role_permission: 'roles',
  migration: 'names of files',
  projection: 'which counts there are',
  applied_setting: 'what administrators have decided',
}

/**
 * Whatever a table could say of a person is listed: every column that takes text or JSON is in a
 * table whose rows go, is emptied, or was looked at and says nothing. `nobody` names the tables
 * that keep nothing of customers, each with its reason.
 */
export function testPersonalTables(
  service: AnyService,
  tables: readonly PersonalTable[],
  stackOf: () => Stack,
  nobody: Record<string, string>,
): void {
  const read = async () => {
    const { rows } = await stackOf().admin.query<{ table: string; name: string }>(
      `select c.relname as "table", a.attname as name
         from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = $1::regnamespace and c.relkind = 'r' and a.attnum > 0
          and not a.attisdropped and a.atttypid::regtype::text in ('text', 'text[]', 'jsonb')`,
      [schemaName(service.name)],
    )
    return rows
  }

  test('every table says what it keeps of a customer, or that it keeps nothing', async () => {
    const listed = new Set(tables.map(({ table }) => table))
    const others = { ...OF_PLATFORM, ...nobody }
    const open = (await read()).filter(({ table }) => !listed.has(table) && !others[table])
    expect([...new Set(open.map(({ table }) => table))]).toEqual([])
  })

  test('of rows that stay, every column that takes words was looked at', async () => {
    const words = await read()
    for (const { table, erasure, plain = [] } of tables) {
      if (erasure === 'delete') continue
      const emptied = 'empty' in erasure ? Object.keys(erasure.empty) : []
      const known = new Set([...plain, ...emptied])
      const columns = words.filter((column) => column.table === table).map(({ name }) => name)
      expect({ [table]: columns.filter((name) => !known.has(name)) }).toEqual({ [table]: [] })
    }
  })

  test('no line of the audit tells what is sealed here, or what erasure empties', () => {
    for (const { table, sealed = [], sealedJson = [], erasure } of tables) {
      const emptied = typeof erasure === 'object' && 'empty' in erasure ? erasure.empty : {}
      const columns = [...sealed, ...sealedJson, ...Object.keys(emptied)]
      const told = columns.filter((name) => !isSecret(name) && !isPersonal(name) && !isWords(name))
      expect({ [table]: told.filter((name) => !FILES.has(name)) }).toEqual({ [table]: [] })
    }
  })

  test('whatever is listed is there', async () => {
    for (const one of tables) {
      const { table, by, sealed = [], sealedJson = [], plain = [], inner = [], unnamed = [] } = one
      const names = [by, ...sealed, ...sealedJson, ...plain, ...inner, ...unnamed]
      const columns = names.map((name) => `"${name}"`).join(', ')
      await expect(
        stackOf().admin.query(`select ${columns} from "${table}" limit 0`),
      ).resolves.toBeDefined()
    }
  })
}
