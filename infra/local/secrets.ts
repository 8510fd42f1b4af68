import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a deployment gives by its secret store, made once per data folder. */
export interface Secrets {
  /** Password of the services' own Postgres roles. */
  databasePassword: string
  twilioAccountSid: string
  twilioAuthToken: string
  /** Key rings; their version says `dev`, so that production refuses them. */
  keys: Record<(typeof keyRings)[number], string>
}

const keyRings = ['PERSONAL_KEYS', 'BLIND_INDEX_KEY', 'TRANSPORT_KEYS', 'OTP_KEYS'] as const

export function readSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json')
  if (!existsSync(file)) {
    writeFileSync(file, `${JSON.stringify(makeSecrets(), null, 2)}\n`, { mode: 0o600 })
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets
}

function makeSecrets(): Secrets {
  const ring = () => `dev-1:${randomBytes(32).toString('base64')}`
  return {
    databasePassword: randomBytes(18).toString('base64url'),
    twilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
    twilioAuthToken: randomBytes(16).toString('hex'),
    keys: Object.fromEntries(keyRings.map((name) => [name, ring()])) as Secrets['keys'],
  }
}
