import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engines } from '@forecourt/engines/engines-offer'
import { serviceUrl } from '@forecourt/platform/migrate'
import { readSecrets } from './secrets.ts'

const FILE = 'running.json'

/** Leaves word where the engines of the system that runs here are, for commands beside it. */
export function noteEngines(dataDir: string, { databaseUrl, kafkaBrokers }: Engines): void {
  const text = JSON.stringify({ databaseUrl, kafkaBrokers })
  writeFileSync(join(dataDir, FILE), `${text}\n`, { mode: 0o600 })
}

export interface Whereabouts {
  /** As the service itself connects. */
  databaseUrl: string
  kafkaBrokers: string
  kafkaPrefix: string
}

/**
 * Where a service's engines are: as its environment says where it is deployed, else as the system
 * that runs on this machine has left word.
 */
export function whereaboutsOf(service: string, dataDir: string): Whereabouts {
  const { DATABASE_URL, KAFKA_BROKERS, KAFKA_PREFIX: kafkaPrefix = '' } = process.env
  if (DATABASE_URL && KAFKA_BROKERS) {
    return { databaseUrl: DATABASE_URL, kafkaBrokers: KAFKA_BROKERS, kafkaPrefix }
  }
  const file = join(dataDir, FILE)
  if (!existsSync(file)) throw new Error(`No system has run on ${dataDir}: start it first.`)
  const noted = JSON.parse(readFileSync(file, 'utf8')) as Omit<Whereabouts, 'kafkaPrefix'>
  const databaseUrl = serviceUrl(noted.databaseUrl, service, readSecrets(dataDir).databasePassword)
  return { databaseUrl, kafkaBrokers: noted.kafkaBrokers, kafkaPrefix: '' }
}
