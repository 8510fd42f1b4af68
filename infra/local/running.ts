import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engines } from '@forecourt/engines/engines-offer'
import { BaseConfig, readConfig, type KeyRing } from '@forecourt/platform/config'
import { serviceUrl } from '@forecourt/platform/migrate'
import { readSecrets, type Secrets } from './secrets.ts'

const FILE = 'running.json'

/**
 * Leaves word of the system that runs here, for commands beside it: where its engines are, and, as
 * soon as every service has them, the key rings.
 */
export function noteRunning(
  dataDir: string,
  { databaseUrl, kafkaBrokers }: Engines,
  keys?: Secrets['keys'],
): void {
  const noted: Noted = { pid: process.pid, databaseUrl, kafkaBrokers, keys }
  writeFileSync(join(dataDir, FILE), `${JSON.stringify(noted)}\n`, { mode: 0o600 })
}

/** What the system that runs here has left word of; undefined where none ever ran. */
export function readRunning(dataDir: string): Noted | undefined {
  const file = join(dataDir, FILE)
  if (!existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8')) as Noted
}

const Told = BaseConfig.pick({
  DATABASE_URL: true,
  KAFKA_BROKERS: true,
  KAFKA_PREFIX: true,
  PERSONAL_KEYS: true,
  BLIND_INDEX_KEY: true,
})

interface Noted {
  pid: number
  databaseUrl: string
  kafkaBrokers: string
  keys: Secrets['keys'] | undefined
}

export interface Whereabouts {
  /** As the service itself connects. */
  databaseUrl: string
  kafkaBrokers: string
  kafkaPrefix: string
  personalKeys: KeyRing
  blindIndexKey: KeyRing
}

/**
 * Where a service's engines are: as the system that runs on this machine has left word, else, where
 * it is deployed, as the service's own environment says.
 */
export function whereaboutsOf(service: string, dataDir: string): Whereabouts {
  const noted = readRunning(dataDir)
  if (noted) {
    const { databasePassword, keys } = readSecrets(dataDir)
    const url = serviceUrl(noted.databaseUrl, service, databasePassword)
    return whereabouts({
      NODE_ENV: 'development',
      ...keys,
      DATABASE_URL: url,
      KAFKA_BROKERS: noted.kafkaBrokers,
    })
  }
  if (process.env['DATABASE_URL']) return whereabouts(process.env)
  throw new Error(`No system has run on ${dataDir}, and no DATABASE_URL is set.`)
}

function whereabouts(env: Record<string, string | undefined>): Whereabouts {
  const config = readConfig(Told, env).config
  return {
    databaseUrl: config.DATABASE_URL,
    kafkaBrokers: config.KAFKA_BROKERS.join(','),
    kafkaPrefix: config.KAFKA_PREFIX,
    personalKeys: config.PERSONAL_KEYS,
    blindIndexKey: config.BLIND_INDEX_KEY,
  }
}
