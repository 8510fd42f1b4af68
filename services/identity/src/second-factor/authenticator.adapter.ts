import { Secret, TOTP } from 'otpauth'
import type { Authenticator } from './second-factor.ts'

const ISSUER = 'Forecourt'
const STEP_S = 30
/** Clocks of phones are a little off: the step before and the one after count too. */
const WINDOW = 1
const SECRET_BYTES = 20
const RECOVERY_BYTES = 10

/** Codes by RFC 6238, as every authenticator app makes them. */
export const authenticator: Authenticator = {
  makeSecret: () => new Secret({ size: SECRET_BYTES }).base32,
  makeRecoveryCode() {
    const { base32 } = new Secret({ size: RECOVERY_BYTES })
    return base32.replaceAll(/(.{4})(?=.)/g, '$1-')
  },
  uriOf: (secret, label) => totpOf(secret, label).toString(),
  stepOf(secret, code, atMs) {
    const away = totpOf(secret).validate({ token: code, timestamp: atMs, window: WINDOW })
    return away === null ? undefined : Math.floor(atMs / 1_000 / STEP_S) + away
  },
}

function totpOf(secret: string, label = ''): TOTP {
  const how = { issuer: ISSUER, algorithm: 'SHA1', digits: 6, period: STEP_S }
  return new TOTP({ ...how, label, secret: Secret.fromBase32(secret) })
}
