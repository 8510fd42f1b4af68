import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** What a service asks now and then, whoever else asks it something. */
const ASIDE = /pg_notify|from role_permission|from applied_setting/

/** A statement as a client sent it. */
export interface Statement {
  text: string
  values: (string | null)[]
}

export interface Recording {
  /** The database's address through the recorder. */
  url: string
  /** Runs `work` and answers what was sent meanwhile, in order. */
  during(work: () => Promise<void>): Promise<Statement[]>
  close(): void
}

/**
 * Stands between a service and Postgres and reads what the service sends, so that a reference can
 * run the very same SQL, and statements can be counted on any server.
 */
export async function openRecording(databaseUrl: string): Promise<Recording> {
  const { hostname, port } = new URL(databaseUrl)
  let heard: Statement[] = []
  const server = createServer((client) => {
    const upstream = connect(Number(port || 5_432), hostname)
    const listen = listener((statement) => heard.push(statement))
    client.on('data', listen).pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) socket.on('error', () => endBoth(client, upstream))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    async during(work) {
      heard = []
      await work()
      return heard.filter(({ text }) => !ASIDE.test(text))
    },
    close: () => void server.close(),
  }
}

function endBoth(...sockets: Socket[]): void {
  for (const socket of sockets) socket.destroy()
}

/**
 * Reads the client's side of one connection: Query, Parse, Bind and Sync messages of the protocol,
 * which begin with a letter and a length. The first message has no letter. Several statements
 * before one Sync are a transaction, and are told as one.
 */
function listener(hear: (statement: Statement) => void): (chunk: Buffer) => void {
  const prepared = new Map<string, string>()
  let pending: Statement[] = []
  let rest = Buffer.alloc(0)
  let isStarted = false

  function sync(): void {
    const isTransaction = pending.length > 1
    if (isTransaction) hear({ text: 'begin', values: [] })
    for (const statement of pending) hear(statement)
    if (isTransaction) hear({ text: 'commit', values: [] })
    pending = []
  }

  function take(kind: string, body: Buffer): void {
    if (kind === 'Q') hear({ text: textsOf(body, 1)[0] ?? '', values: [] })
    if (kind === 'P') {
      const [name = '', text = ''] = textsOf(body, 2)
      prepared.set(name, text)
    }
    if (kind === 'B') {
      const [portal = '', name = ''] = textsOf(body, 2)
      const at = Buffer.byteLength(portal) + Buffer.byteLength(name) + 2
      pending.push({ text: prepared.get(name) ?? '', values: valuesOf(body, at) })
    }
    if (kind === 'S') sync()
  }

  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const head = isStarted ? 1 : 0
      if (rest.length < head + 4) return
      const length = head + rest.readInt32BE(head)
      if (rest.length < length) return
      if (isStarted) take(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, length))
      isStarted = true
      rest = rest.subarray(length)
    }
  }
}

function textsOf(body: Buffer, count: number): string[] {
  return body.toString().split('\0', count)
}

/** The parameters of a Bind message, which a client of ours sends as text. */
function valuesOf(body: Buffer, start: number): (string | null)[] {
  let at = start + 2 + body.readInt16BE(start) * 2
  const count = body.readInt16BE(at)
  at += 2
  return Array.from({ length: count }, () => {
    const length = body.readInt32BE(at)
    at += 4
    if (length < 0) return null
    at += length
    return body.toString('utf8', at - length, at)
  })
}
