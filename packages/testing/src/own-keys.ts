import { createServer } from 'node:net'

/** Settings of a service that verifies tokens by the key set which it serves itself. */
export async function ownKeys(): Promise<{ PORT: string; JWKS_URL: string }> {
  const port = await freePort()
  return { PORT: String(port), JWKS_URL: `http://127.0.0.1:${port}/.well-known/jwks.json` }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
