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
 * Where a service's engines are: as the system that runs on this machine has left word, else, where
 * it is deployed, as the service's own environment says.
 */
export function whereaboutsOf(service: string, dataDir: string): Whereabouts {
  const file = join(dataDir, FILE)
  if (existsSync(file)) {
    const noted = JSON.parse(readFileSync(file, 'utf8')) as Omit<Whereabouts, 'kafkaPrefix'>
    const password = readSecrets(dataDir).databasePassword
    return {
      ...noted,
      databaseUrl: serviceUrl(noted.databaseUrl, service, password),
      kafkaPrefix: '',
    }
  }
  const { DATABASE_URL, KAFKA_BROKERS, KAFKA_PREFIX: kafkaPrefix = '' } = process.env
  if (!DATABASE_URL || !KAFKA_BROKERS) {
    throw new Error(
      `No system has run on ${dataDir}, and no DATABASE_URL and KAFKA_BROKERS are set.`,
    )
  }
  return { databaseUrl: DATABASE_URL, kafkaBrokers: KAFKA_BROKERS, kafkaPrefix }
}
