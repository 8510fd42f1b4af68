import { sql, type Kysely, type RawBuilder } from 'kysely'
import { scopeOf, type Me } from './me.ts'
import type { PersonalData } from './personal.ts'
import { isSecret } from './secrecy.ts'

/** Of whom something is kept, under the ids that the services know. */
export interface Person {
  customerId: string
  accountId: string | null
}

/**
 * What one table keeps of a customer, said once: by it a person's data is exported and erased. The
 * list of a service has a table after the one that it is found through.
 */
export interface PersonalTable {
  table: string
  whose: keyof Person
  /** The column that holds the person's id, or the id of a row of `through`. */
  by: string
  through?: string
  /** The column of `through` that holds it, when it is not the id. */
  key?: string
  /** Columns with ciphertext, each sealed for its row. */
  sealed?: readonly string[]
  /** Columns that staff keeps for itself: not in what customers get by themselves. */
  inner?: readonly string[]
  erasure: Erasure
  /** Columns of rows that stay, which say nothing of a person. */
  plain?: readonly string[]
}

export type Erasure =
  | 'delete'
  /** Rows stay, without what these columns said: `null`, or an empty list. */
  | { empty: Record<string, null | readonly never[]> }
  /** Rows stay as they are, or are ended by code of their own, for this reason. */
  | { keep: string }

/** Digests tell nobody anything, and nobody gets the keys to something. */
const HIDDEN = /(?:index|indexes|digests|keys?|^proves|^successor)$/i

/** All rows that tell of the person and that the caller may see, by table, in plain. */
export async function exportPerson(
  { db, personal, me }: { db: unknown; personal?: PersonalData; me: Me },
  tables: readonly PersonalTable[],
  person: Person,
): Promise<Record<string, Record<string, unknown>[]>> {
  const isOwn = scopeOf(me, null).kind === 'own'
  const kept: Record<string, Record<string, unknown>[]> = {}
  // In turn, for each takes a connection: all at once would take those of everybody else.
  for (const one of tables) {
    const { rows } = await sql<Record<string, unknown>>`
      select * from ${sql.table(one.table)} where ${ofPerson(tables, one, person)}
      order by 1`.execute(db as Kysely<object>)
    const shown = rows.map((row) => opened(personal, one, row, isOwn))
    const name = camel(one.table)
    const known = kept[name] ?? []
    // A table may stand in the list by each of its columns that name somebody; a row comes once.
    const ids = new Set(known.map(({ id }) => id))
    const others = shown.filter(({ id }) => id === undefined || !ids.has(id))
    if (known.length + others.length > 0) kept[name] = [...known, ...others]
  }
  return kept
}

/** Ends what the tables keep of a person, the last one first. */
export async function erasePerson(
  { db }: { db: unknown },
  tables: readonly PersonalTable[],
  person: Person,
): Promise<void> {
  for (const one of tables.toReversed()) {
    const { table, erasure } = one
    const theirs = ofPerson(tables, one, person)
    if (erasure === 'delete') {
      await sql`delete from ${sql.table(table)} where ${theirs}`.execute(db as Kysely<object>)
    } else if ('empty' in erasure) {
      const columns = Object.entries(erasure.empty).map(
        ([name, value]) => sql`${sql.ref(name)} = ${value === null ? sql`null` : sql`'{}'`}`,
      )
      await sql`update ${sql.table(table)} set ${sql.join(columns)} where ${theirs}`.execute(
        db as Kysely<object>,
      )
    }
  }
}

/** The rows of a table that are of this person; whoever has no account has none by it. */
function ofPerson(
  tables: readonly PersonalTable[],
  { whose, by, through, key = 'id', table }: PersonalTable,
  person: Person,
): RawBuilder<unknown> {
  if (through === undefined) return sql`${sql.ref(by)} = ${person[whose]}::uuid`
  const other = tables.find((one) => one.table === through)
  if (!other) throw new Error(`${table} is found through ${through}, which is not declared.`)
  return sql`${sql.ref(by)} in (
    select ${sql.ref(key)} from ${sql.table(through)} where ${ofPerson(tables, other, person)})`
}

function opened(
  personal: PersonalData | undefined,
  { table, sealed = [], inner = [] }: PersonalTable,
  row: Record<string, unknown>,
  isOwn: boolean,
): Record<string, unknown> {
  const columns = new Map(sealed.map((column) => [camel(column), column]))
  const hidden = new Set(isOwn ? inner.map(camel) : [])
  const shown = Object.entries(row).filter(([name, value]) => {
    const isNoText = value instanceof Uint8Array || HIDDEN.test(name)
    return !isNoText && !isSecret(name) && !hidden.has(name)
  })
  const entries = shown.map(([name, value]) => {
    const column = columns.get(name)
    if (column === undefined || typeof value !== 'string') return [name, value] as const
    const place = { table, column, id: String(row['id']) }
    return [name, structured(personal?.open(value, place) ?? '')] as const
  })
  return Object.fromEntries(entries)
}

/** What was sealed as JSON is shown as what it is. */
function structured(text: string): unknown {
  return /^[{[]/.test(text) ? (JSON.parse(text) as unknown) : text
}

function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
