import { z } from 'zod'

/**
 * A key of access tokens. It is published before it signs (`active`), and stays published while
 * tokens that it signed may live (`retired`), so that rotation is never noticed.
 */
export const SigningKeyRow = z.object({
  id: z.uuid(),
  publicKey: z.string(),
  privateKey: z.string(),
  status: z.enum(['published', 'active', 'retired']),
  retiredAt: z.string().nullable(),
  createdAt: z.string(),
})
export type SigningKeyRow = z.infer<typeof SigningKeyRow>

/** A key pair as PEM (`spki`, `pkcs8`). */
export interface KeyPair {
  id: string
  publicKey: string
  privateKey: string
}

/** A public key as the key set shows it (RFC 8037). */
export interface PublicJwk {
  kid: string
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  alg: 'EdDSA'
  use: 'sig'
}

/** The keys of this installation; the first one is made when it is first asked for. */
export interface SigningKeys {
  active(): Promise<KeyPair>
  /** Another key signs now: it is read at once. */
  renew(): void
  published(): Promise<PublicJwk[]>
}

/** What an access token says of its bearer. No personal data. */
export interface AccessClaims {
  sub: string
  sid: string
  roles: string[]
  centers: string[]
  /** When it was issued, in seconds; now, unless it is said. */
  iat?: number
}

/** Signs a token that lives for so many seconds. */
export type Sign = (claims: AccessClaims, lifeS: number) => string

export interface Signer {
  /**
   * The signature of the active key. To be asked for before a transaction begins: reading the key
   * takes a connection, which all those that wait inside of one might hold.
   */
  ready(): Promise<Sign>
}
