import pg from 'pg'

const NAMED_STATEMENTS = 1_000
const names = new Map<string, string>()

/** The name under which a statement is prepared on every connection; empty once there are many. */
export function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  if (names.size >= NAMED_STATEMENTS) return ''
  const name = `s${names.size}`
  names.set(text, name)
  return name
}

/**
 * Names every parameterised statement by its text, so that Postgres plans it once. Statements that
 * are issued in one turn of the event loop leave in one write, because each write costs a request.
 */
export class NamingClient extends pg.Client {
  #isGathering = false

  override query = ((text: unknown, values?: unknown, callback?: unknown) => {
    if (!this.#isGathering) this.#gather()
    if (typeof text !== 'string' || !Array.isArray(values)) {
      return super.query(text as string, values as unknown[], callback as () => void)
    }
    const name = nameOf(text)
    return super.query({ text, values, ...(name && { name }) }, callback as () => void)
  }) as pg.Client['query']

  #gather(): void {
    const { stream } = this.connection
    this.#isGathering = true
    stream.cork()
    process.nextTick(() => {
      this.#isGathering = false
      stream.uncork()
    })
  }
}

/** bigint as a checked number, instants as ISO text with microseconds, dates as plain text. */
export const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === 20) return safeInteger
    if (oid === 1082) return (text: string) => text
    if (oid === 1184) return isoInstant
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown
  },
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`bigint ${text} is not a safe integer`)
  return value
}

function isoInstant(text: string): string {
  if (text === 'infinity' || text === '-infinity') return text
  return `${text.slice(0, 10)}T${text.slice(11, text.lastIndexOf('+'))}Z`
}
