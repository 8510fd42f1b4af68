import { serviceNames } from '@forecourt/contracts/service-name'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import pg from 'pg'
import { tracesInTables, tracesInTopics, type Known } from './person-traces.ts'
import { watchTopics } from './topic-watch.ts'

/** What a system that runs has left word of. */
export interface Noted {
  databaseUrl: string
  kafkaBrokers: string
  keys: { PERSONAL_KEYS: string; BLIND_INDEX_KEY: string }
}

/** Looks for a person everywhere in a system that runs: in each table, and in each topic. */
export async function searchHouse({ databaseUrl, kafkaBrokers, keys }: Noted) {
  const admin = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  admin.on('error', () => undefined)
  const personal = personalData(
    KeyRing.parse(keys.PERSONAL_KEYS),
    KeyRing.parse(keys.BLIND_INDEX_KEY),
  )
  const watches = await Promise.all(serviceNames.map((name) => watchTopics(kafkaBrokers, '', name)))
  return {
    /** `billing invoice.customer_details: phone` for a row, the name of the topic for a record. */
    async traces(known: Known): Promise<string[]> {
      const found: string[] = []
      for (const name of serviceNames) {
        const rows = await tracesInTables({ admin }, name, known, personal)
        found.push(...rows.map((row) => `${name} ${row}`))
      }
      const seen = watches.flatMap((watch) => watch.seen)
      return [...found, ...tracesInTopics(seen, known, personal)]
    },
    async close(): Promise<void> {
      await Promise.all(watches.map((watch) => watch.close()))
      await admin.end()
    },
  }
}
