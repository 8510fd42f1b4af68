import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import pg from 'pg'
import type { Stage } from './stage.ts'

const pom = new URL('../kafka/pom.xml', import.meta.url)

/** What the numbers were measured on, in one line. */
export async function describeMachine({ engines }: Stage): Promise<string> {
  const processors = cpus()
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}`,
    `${memoryGb} GB`,
    `${type()} ${release()}`,
    `Node ${process.version.slice(1)}`,
    await describePostgres(engines.databaseUrl),
    engines.processes ? `Apache Kafka ${await kafkaVersion()}` : 'a Kafka that was given',
  ].join(', ')
}

async function describePostgres(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ version: string; fsync: string }>(
      `select current_setting('server_version') as version, current_setting('fsync') as fsync`,
    )
    return `PostgreSQL ${rows[0]?.version} (fsync ${rows[0]?.fsync})`
  } finally {
    await client.end()
  }
}

/** Brokers do not tell their version, so only of our own is it known. */
async function kafkaVersion(): Promise<string> {
  const text = await readFile(pom, 'utf8')
  return /<kafka\.version>(.+?)</.exec(text)?.[1] ?? 'of unknown version'
}
