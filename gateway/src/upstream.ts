import { Pool } from 'undici'

const CONNECTIONS = 128
/** More than this at once are not queued but refused, so that a slow service cannot fill us. */
const MOST_IN_FLIGHT = 2_000
const CONNECT_MS = 2_000

/** A service as we reach it. */
export interface Upstream {
  name: string
  pool: Pool
  /** Begun and not yet ended. */
  inFlight: number
}

export function openUpstream(name: string, url: string, timeoutMs: number): Upstream {
  const pool = new Pool(url, {
    connections: CONNECTIONS,
    connectTimeout: CONNECT_MS,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 30_000,
    allowH2: false,
  })
  return { name, pool, inFlight: 0 }
}

export function isOverloaded({ inFlight }: Upstream): boolean {
  return inFlight >= MOST_IN_FLIGHT
}
