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

const FILE = 'secrets.json'
const keyRings = ['PERSONAL_KEYS', 'BLIND_INDEX_KEY', 'TRANSPORT_KEYS', 'OTP_KEYS'] as const

export function readSecrets(dataDir: string): Secrets {
  const file = join(dataDir, FILE)
  if (!existsSync(file)) writeSecrets(dataDir, makeSecrets())
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets
}

export function writeSecrets(dataDir: string, secrets: Secrets): void {
  const text = `${JSON.stringify(secrets, null, 2)}\n`
  writeFileSync(join(dataDir, FILE), text, { mode: 0o600 })
}

/** A key as it stands in a ring: its version, and 32 bytes. */
export function makeKey(version: string): string {
  return `${version}:${randomBytes(32).toString('base64')}`
}

function makeSecrets(): Secrets {
  return {
    databasePassword: randomBytes(18).toString('base64url'),
    twilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
    twilioAuthToken: randomBytes(16).toString('hex'),
    keys: Object.fromEntries(keyRings.map((name) => [name, makeKey('dev-1')])) as Secrets['keys'],
  }
}
