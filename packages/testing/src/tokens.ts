import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { AUDIENCE, ISSUER } from '@forecourt/platform/token'
import { createSigner } from 'fast-jwt'
import type { Person } from './people.ts'

const KID = 'test'
const keys = generateKeyPairSync('ed25519')

/** The key set of the tests, served over HTTP as identity serves its own. */
export async function serveKeys(): Promise<{ url: string; close: () => void }> {
  const jwk = keys.publicKey.export({ format: 'jwk' })
  const body = JSON.stringify({ keys: [{ ...jwk, kid: KID, alg: 'EdDSA', use: 'sig' }] })
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The key set has no port.')
  return { url: `http://127.0.0.1:${address.port}/jwks`, close: () => server.close() }
}

/** An access token of this person, as identity would sign it. */
export function tokenOf(person: Person, expiresInMs = 3_600_000): string {
  const sign = createSigner({
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    algorithm: 'EdDSA',
    kid: KID,
    iss: ISSUER,
    aud: AUDIENCE,
    expiresIn: expiresInMs,
  })
  return sign({
    sub: person.userId,
    sid: person.sessionId,
    roles: [person.role],
    centers: person.centers,
  })
}
