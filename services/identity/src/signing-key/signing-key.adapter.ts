import { AUDIENCE, ISSUER } from '@forecourt/platform/token'
import { createSigner } from 'fast-jwt'
import type { AccessClaims, KeyPair, Sign, Signer, SigningKeys } from './signing-key.ts'

/** Signs access tokens with whichever key is active. */
export function signerOver(keys: SigningKeys): Signer {
  let known: { id: string; sign: Sign } | undefined
  return {
    async ready() {
      const pair = await keys.active()
      if (known?.id !== pair.id) known = { id: pair.id, sign: signerWith(pair) }
      return known.sign
    },
  }
}

function signerWith({ id, privateKey }: KeyPair): Sign {
  const ofLife = new Map<number, (claims: AccessClaims) => string>()
  return (claims, lifeS) => {
    const signer = ofLife.getOrInsertComputed(lifeS, () =>
      createSigner({
        key: privateKey,
        algorithm: 'EdDSA',
        kid: id,
        iss: ISSUER,
        aud: AUDIENCE,
        expiresIn: lifeS * 1_000,
      }),
    )
    return signer(claims)
  }
}
