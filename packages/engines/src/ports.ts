import { readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'

const names = ['postgres', 'kafka', 'kafkaController', 'redis'] as const

export type Ports = Record<(typeof names)[number], number>

// Below the range from which systems give ports to outgoing connections: a client that keeps
// knocking at a dead engine's port in that range would one day be given this very port and connect
// to itself.
const LOWEST = 20_000
const HIGHEST = 31_999
const TRIES = 200

/**
 * The engines' ports: a fixed one as it is, else the one remembered in `file` while it is free,
 * else a free one. The choice is written back: the next start of the same data finds its clients
 * where it left them.
 */
export async function choosePorts(file: string, fixed: Partial<Ports>): Promise<Ports> {
  const remembered = await readPorts(file)
  const taken = new Set<number>(Object.values(fixed))
  const ports: Partial<Ports> = {}
  for (const name of names) {
    const port = fixed[name] ?? (await freePort(remembered[name], taken))
    taken.add(port)
    ports[name] = port
  }
  await writeFile(`${file}.new`, `${JSON.stringify(ports, null, 2)}\n`)
  await rename(`${file}.new`, file)
  return ports as Ports
}

async function readPorts(file: string): Promise<Partial<Ports>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  return JSON.parse(text) as Partial<Ports>
}

export async function freePort(wanted: number | undefined, taken: Set<number>): Promise<number> {
  if (wanted !== undefined && !taken.has(wanted) && (await isFree(wanted))) return wanted
  for (let tries = 0; tries < TRIES; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1))
    if (!taken.has(port) && (await isFree(port))) return port
  }
  throw new Error(`No free port was found between ${LOWEST} and ${HIGHEST}.`)
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    )
  })
}
