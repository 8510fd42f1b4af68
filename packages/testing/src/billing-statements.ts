import pg from 'pg'

export interface StatementWatch {
  /** The statements of each transaction in which one contained this text, in their order. */
  transactionsWith(text: string): string[][]
  stop(): void
}

/** Listens to every statement that this process sends to Postgres. */
export function watchStatements(): StatementWatch {
  const prototype = pg.Client.prototype as unknown as { query: (...said: unknown[]) => unknown }
  const whole = prototype.query
  const open = new Map<unknown, string[]>()
  const ended: string[][] = []
  prototype.query = function query(this: unknown, ...said: unknown[]) {
    note(this, textOf(said[0]))
    return whole.apply(this, said)
  }
  function note(client: unknown, text: string) {
    const statements = /^begin/i.test(text) ? [] : (open.get(client) ?? [])
    statements.push(text)
    open.set(client, statements)
    if (!/^(commit|rollback)/i.test(text)) return
    ended.push(statements)
    open.delete(client)
  }
  return {
    transactionsWith: (text) =>
      ended.filter((statements) => statements.some((statement) => statement.includes(text))),
    stop: () => void (prototype.query = whole),
  }
}

function textOf(said: unknown): string {
  return typeof said === 'string' ? said : ((said as { text?: string }).text ?? '')
}
