import { schemaName, type ServiceName } from '@forecourt/contracts/service-name'
import { topicName, topics, type TopicName } from '@forecourt/contracts/topic'
import { KeyRing } from '@forecourt/platform/config'
import { personalData, type PersonalData } from '@forecourt/platform/personal'
import { testSecrets, type Stack } from './stack.ts'
import type { SeenEvent } from './topic-watch.ts'

const keys = (name: keyof typeof testSecrets) => KeyRing.parse(testSecrets[name])
const ofTests = personalData(keys('PERSONAL_KEYS'), keys('BLIND_INDEX_KEY'))
const SEALED = /^[\w-]+\.[\w-]{38,}$/

/** What a person is known by: `{ phone, email, name, plate }`, each a text as it is kept. */
export type Known = Record<string, string>

/** What to look for, plain and as the digests that stand for it. */
function needlesOf(known: Known, personal: PersonalData): [string, string][] {
  const { phone, email } = known
  const digests = {
    ...(phone && { 'digest of phone': personal.blindIndex('phone', phone) }),
    ...(email && { 'digest of email': personal.blindIndex('email', email) }),
  }
  return Object.entries({ ...known, ...digests })
}

/**
 * Where anything in the database of a service tells of a person: `customer.phone: phone`. Every
 * column of every table is looked at, sealed ones in plain; one that does not open is named too.
 */
export async function tracesInTables(
  { admin }: Pick<Stack, 'admin'>,
  service: ServiceName,
  known: Known,
  personal = ofTests,
): Promise<string[]> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `select relname as name from pg_class
      where relnamespace = $1::regnamespace and relkind = 'r'`,
    [schemaName(service)],
  )
  const found = new Set<string>()
  for (const { name } of tables) {
    const { rows } = await admin.query<Record<string, unknown>>(
      `select to_jsonb(t) as row from ${schemaName(service)}."${name}" t`,
    )
    for (const { row } of rows as { row: Record<string, unknown> }[]) {
      for (const [column, value] of Object.entries(row)) {
        const id = [row['id'], row['key']].find((value) => typeof value === 'string') ?? ''
        for (const what of toldBy(value, { tables: [name], column, id }, known, personal)) {
          found.add(`${name}.${column}: ${what}`)
        }
      }
    }
  }
  return [...found].toSorted()
}

/** What topics tell of a person: of compacted ones the last record of each key counts. */
export function tracesInTopics(
  seen: readonly SeenEvent[],
  known: Known,
  personal = ofTests,
): string[] {
  const tips = new Map(seen.map((event) => [tipOf(event), event]))
  const found = [...tips.values()].flatMap(({ topic, key, data }) => {
    const noun = topic.split('.').at(-2) ?? ''
    const entries = Object.entries(data ?? {})
    return entries.flatMap(([field, value]) => {
      const place = { tables: [noun.replaceAll('-', '_')], column: snake(field), id: key }
      return toldBy(value, place, known, personal).map((what) => `${topic}.${field}: ${what}`)
    })
  })
  return [...new Set(found)].toSorted()
}

const compacted = new Set(
  Object.entries(topics).flatMap(([name, spec]) =>
    spec.class === 'reference' ? [topicName(name as TopicName)] : [],
  ),
)

function tipOf({ topic, key, headers }: SeenEvent): string {
  return compacted.has(topic) ? `${topic} ${key}` : `${topic} ${headers['ce_id']}`
}

interface Where {
  tables: string[]
  column: string
  id: string
}

function toldBy(value: unknown, where: Where, known: Known, personal: PersonalData): string[] {
  if (value === null || value === undefined) return []
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const plain = bytesOf(SEALED.test(text) ? openedText(text, where, personal) : text)
  return needlesOf(known, personal)
    .filter(([, needle]) => plain.toLowerCase().includes(needle.toLowerCase()))
    .map(([name]) => name)
}

/** Postgres writes bytes as digits; what they say may be text. */
function bytesOf(text: string): string {
  return text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('utf8') : text
}

/** A copy may be called otherwise than what its owner sealed; a code has a key of its own. */
function openedText(sealed: string, { tables, column, id }: Where, personal: PersonalData): string {
  for (const table of [...tables, 'user', 'customer', 'vehicle']) {
    try {
      return personal.open(sealed, { table, column, id })
    } catch {
      continue
    }
  }
  return ''
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
