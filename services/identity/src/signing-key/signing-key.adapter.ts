import { AUDIENCE, ISSUER } from '@forecourt/platform/token'
import { createSigner } from 'fast-jwt'
import type { KeyPair, Sign, Signer, SigningKeys } from './signing-key.ts'

/** Signs access tokens of `accessS` seconds with whichever key is active. */
export function signerOver(keys: SigningKeys, accessS: number): Signer {
  let known: { id: string; sign: Sign } | undefined
  return {
    async ready() {
      const pair = await keys.active()
      if (known?.id !== pair.id) known = { id: pair.id, sign: signerWith(pair, accessS) }
      return known.sign
    },
  }
}

function signerWith({ id, privateKey }: KeyPair, accessS: number): Sign {
  return createSigner({
    key: privateKey,
    algorithm: 'EdDSA',
    kid: id,
    iss: ISSUER,
    aud: AUDIENCE,
    expiresIn: accessS * 1_000,
  })
}
