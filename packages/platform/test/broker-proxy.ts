import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The protocol's number of the request for records. */
const FETCH = 1

export interface BrokerProxy {
  /** What a client takes for the broker. */
  brokers: string
  /** Ends every connection and refuses new ones. */
  cut(): void
  /** Keeps every connection open and lets nothing through. */
  hang(): void
  /** Answers whatever it is asked, except what there is to read. */
  withhold(): void
  /** Lets everything through again, what hung included. */
  mend(): void
  close(): Promise<void>
}

/**
 * Stands before one broker. The broker tells its clients where it is, so its answers are changed on
 * their way: they name the proxy instead.
 */
export async function proxyBroker(brokers: string): Promise<BrokerProxy> {
  const [host = '', port = ''] = brokers.split(':')
  const open = new Set<Socket>()
  const readers = new Set<Socket>()
  let state: 'open' | 'cut' | 'hanging' | 'withholding' = 'open'

  const server = createServer((client) => {
    if (state === 'cut') return void client.destroy()
    const broker = connect(Number(port), host)
    const named = (answer: Buffer) => naming(answer, host, Number(port), address.port)
    const asked = (request: Buffer) => {
      if (request.readInt16BE(4) === FETCH) readers.add(broker)
      if (state === 'withholding' && readers.has(broker)) broker.pause()
      return request
    }
    pipe(client, broker, framed(asked))
    pipe(broker, client, framed(named))
    for (const socket of [client, broker]) {
      open.add(socket)
      if (state === 'hanging') socket.pause()
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        readers.delete(socket)
        client.destroy()
        broker.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo

  function cut(): void {
    state = 'cut'
    for (const socket of open) socket.destroy()
  }
  return {
    brokers: `127.0.0.1:${address.port}`,
    cut,
    hang() {
      state = 'hanging'
      for (const socket of open) socket.pause()
    },
    withhold() {
      state = 'withholding'
      for (const socket of readers) socket.pause()
    },
    mend() {
      state = 'open'
      for (const socket of open) socket.resume()
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function pipe(from: Socket, to: Socket, through: (chunk: Buffer) => Buffer): void {
  from.on('data', (chunk) => {
    const told = through(chunk as Buffer)
    if (told.length > 0) to.write(told)
  })
}

/** What Kafka says begins with its length; `change` sees it whole, and keeps its length. */
function framed(change: (message: Buffer) => Buffer): (chunk: Buffer) => Buffer {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const whole: Buffer[] = []
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      whole.push(change(Buffer.from(rest.subarray(0, end))))
      rest = rest.subarray(end)
    }
    return Buffer.concat(whole)
  }
}

/** A broker's place is its host, and behind it its port as four bytes. */
function naming(answer: Buffer, host: string, port: number, proxied: number): Buffer {
  const place = Buffer.alloc(host.length + 4)
  place.write(host)
  place.writeInt32BE(port, host.length)
  for (let at = answer.indexOf(place); at >= 0; at = answer.indexOf(place, at + 1)) {
    answer.writeInt32BE(proxied, at + host.length)
  }
  return answer
}
