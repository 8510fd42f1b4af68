import pg from 'pg'
import { nameOf, types } from './connection.ts'

export interface Statement {
  text: string
  values: readonly unknown[]
}

export interface Answered {
  rows: object[]
  rowCount: number | null
}

/**
 * Asks one statement under its scope, as a transaction: both leave in one write with one Sync
 * behind them, at which Postgres commits them together. Resolves when it has; rejects with the
 * error for which it has undone them.
 */
export function askScoped(
  client: pg.PoolClient,
  scope: Statement,
  query: Statement,
): Promise<Answered> {
  // Whatever cannot be sent must fail before half of it was.
  const steps = [scope, query].map(({ text, values }) => ({ text, values: values.map(wireValue) }))
  return new Promise((resolve, reject) => {
    client.query(new ScopedQuery(steps, resolve, reject))
  })
}

// pg's types leave out its conversion of values, and what it calls on a query that is answered.
const wireValue = (pg as unknown as { utils: { prepareValue(value: unknown): string | Buffer } })
  .utils.prepareValue

interface RowDescription {
  fields: { name: string; dataTypeID: number }[]
}

/** How the rows of a prepared statement look: Postgres is asked once per connection. */
interface Column {
  name: string
  parse: (text: string) => unknown
}

/** connection → name → columns, of what is prepared on it. */
const preparedOn = new WeakMap<pg.Connection, Map<string, Column[]>>()

interface Step {
  text: string
  values: (string | Buffer)[]
}

/** pg lets none but its own queries into a pipeline; of this one it only carries the messages. */
class ScopedQuery extends pg.Query {
  readonly #steps: Step[]
  readonly #resolve: (answered: Answered) => void
  readonly #reject: (error: unknown) => void
  readonly #rows: object[] = []
  readonly #parsed: string[] = []
  #prepared = new Map<string, Column[]>()
  /** The statement whose columns are asked for, when they are not known yet. */
  #described = ''
  #columns: Column[] = []
  #rowCount: number | null = null
  /** How many of the steps Postgres has done. */
  #done = 0
  #fault: unknown

  constructor(
    steps: Step[],
    resolve: (answered: Answered) => void,
    reject: (error: unknown) => void,
  ) {
    super('')
    this.#steps = steps
    this.#resolve = resolve
    this.#reject = reject
  }

  override submit = (connection: pg.Connection): void => {
    this.#prepared = preparedOn.get(connection) ?? this.#prepared
    preparedOn.set(connection, this.#prepared)
    for (const [number, step] of this.#steps.entries()) this.#send(connection, step, number === 1)
    connection.sync()
  }

  #send(connection: pg.Connection, { text, values }: Step, isAnswered: boolean): void {
    // A name of its own: pg keeps another book of what it has prepared.
    const name = nameOf(text) && `${nameOf(text)}-scoped`
    const columns = name ? this.#prepared.get(name) : undefined
    if (!columns) {
      // After a fault it may be there or not; closing what is not there is no fault.
      if (name) connection.close({ type: 'S', name }, true)
      connection.parse({ name, text, types: [] }, true)
      this.#prepared.set(name, [])
      this.#parsed.push(name)
    }
    connection.bind({ statement: name, values }, true)
    if (!columns && isAnswered) {
      this.#described = name
      connection.describe({ type: 'P', name: '' }, true)
    }
    this.#columns = columns ?? []
    connection.execute({ portal: '' }, true)
  }

  handleRowDescription({ fields }: RowDescription): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: types.getTypeParser(dataTypeID, 'text') as Column['parse'],
    }))
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.#done === 0 || this.#fault !== undefined) return
    const row: Record<string, unknown> = {}
    try {
      let at = 0
      for (const { name, parse } of this.#columns) {
        const text = fields[at++] ?? null
        row[name] = text === null ? null : parse(text)
      }
      this.#rows.push(row)
    } catch (error) {
      this.#fault = error
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#done += 1
    const [count] = /\d+$/.exec(text) ?? []
    this.#rowCount = count === undefined ? null : Number(count)
  }

  handleReadyForQuery(): void {
    if (this.#described) this.#prepared.set(this.#described, this.#columns)
    if (this.#fault === undefined) this.#resolve({ rows: this.#rows, rowCount: this.#rowCount })
    else this.#reject(this.#fault)
  }

  /** What was to be parsed beside the fault may be prepared or not. */
  handleError(error: unknown): void {
    for (const name of this.#parsed) this.#prepared.delete(name)
    this.#reject(error)
  }
}
