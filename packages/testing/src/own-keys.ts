import { freePort } from '@forecourt/engines/ports'

/** Settings of a service that verifies tokens by the key set which it serves itself. */
export async function ownKeys(): Promise<{ PORT: string; JWKS_URL: string }> {
  const port = await ownPort()
  return { PORT: String(port), JWKS_URL: `http://127.0.0.1:${port}/.well-known/jwks.json` }
}

/** A port to tell others of before anybody listens there; no outgoing connection is given it. */
export function ownPort(): Promise<number> {
  return freePort(undefined, new Set())
}
