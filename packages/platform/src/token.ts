import { createPublicKey } from 'node:crypto'
import fastifyJwt, { type FastifyJWTOptions } from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { problem } from './problem.ts'

export const ISSUER = 'forecourt'
export const AUDIENCE = 'forecourt-api'
const JWKS_FRESH_MS = 600_000
const JWKS_RETRY_MS = 30_000
const JWKS_FIRST_RETRY_MS = 1_000
const JWKS_TIMEOUT_MS = 3_000
const TOKEN_CACHE = 5_000

/** What an access token says. It holds no personal data. */
export const Claims = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  roles: z.array(z.string()),
  /** Ids of the service centers the person works for. */
  centers: z.array(z.uuid()),
  /** Issued at and expiry, seconds since the epoch. */
  iat: z.number(),
  exp: z.number(),
})
export type Claims = z.infer<typeof Claims>

export interface JsonWebKeys {
  keys: { kid: string; kty: string; crv: string; x: string }[]
}

/** Verifies access tokens by identity's public keys; only EdDSA, our issuer and our audience. */
export async function acceptTokens(app: FastifyInstance, jwksUrl: string): Promise<void> {
  const keyOf = publicKeys(jwksUrl)
  const options = {
    secret: { public: keyOf },
    verify: {
      algorithms: ['EdDSA'],
      allowedIss: ISSUER,
      allowedAud: AUDIENCE,
      requiredClaims: ['iss', 'aud', 'exp', 'sub'],
      cache: TOKEN_CACHE,
    },
  }
  // The plugin's types know key functions of another shape; the verifier below takes this one.
  await app.register(fastifyJwt, options as unknown as FastifyJWTOptions)
}

/** The claims of a Bearer token, or undefined when there is none. Throws `token_invalid`. */
export async function claimsOf(
  app: FastifyInstance,
  authorization: string | undefined,
): Promise<Claims | undefined> {
  if (!authorization) return undefined
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization) ?? []
  if (!token) throw problem('token_invalid')
  try {
    // With keys that are fetched, the verifier answers a promise, whatever its type says.
    return Claims.parse(await (app.jwt.verify(token) as unknown))
  } catch (error) {
    if (isJwksAway(error)) throw problem('service_unavailable', { retryAfterS: 2 }, error)
    throw problem('token_invalid', {}, error)
  }
}

class JwksAway extends Error {}

/** fast-jwt wraps what its key function throws. */
function isJwksAway(error: unknown): boolean {
  return (
    error instanceof Error && 'originalError' in error && error.originalError instanceof JwksAway
  )
}

/**
 * Fetches the key set when it is old, or at most every 30 s for a key id that is not in it. An
 * identity that is away costs nothing while the key is known.
 */
function publicKeys(jwksUrl: string) {
  let keys = new Map<string, string>()
  let fetchedAt = -Infinity
  let triedAt = -Infinity
  let running: Promise<void> | undefined
  let failure: unknown

  async function refresh(): Promise<void> {
    const response = await fetch(jwksUrl, { signal: AbortSignal.timeout(JWKS_TIMEOUT_MS) })
    if (!response.ok) throw new JwksAway(`The key set answered ${response.status}.`)
    const set = (await response.json()) as JsonWebKeys
    const ours = set.keys.filter(({ kty, crv }) => kty === 'OKP' && crv === 'Ed25519')
    keys = new Map(ours.map((jwk) => [jwk.kid, pemOf(jwk)]))
    fetchedAt = performance.now()
  }

  return async ({ header }: { header: Record<string, unknown> }): Promise<string> => {
    const kid = String(header['kid'])
    const now = performance.now()
    const isWanted = !keys.has(kid) || now - fetchedAt > JWKS_FRESH_MS
    const mayTry = now - triedAt > (keys.size === 0 ? JWKS_FIRST_RETRY_MS : JWKS_RETRY_MS)
    if (isWanted && mayTry) {
      triedAt = now
      running = refresh()
        .catch((error: unknown) => void (failure = error))
        .finally(() => (running = undefined))
    }
    if (!keys.has(kid)) await running
    const key = keys.get(kid)
    if (key) return key
    if (keys.size === 0) throw new JwksAway('The key set cannot be fetched.', { cause: failure })
    throw new Error('No key of this id is known.')
  }
}

function pemOf(jwk: JsonWebKeys['keys'][number]): string {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
}
