import type { ServiceName } from '@forecourt/contracts/service-name'
import { sql, type Kysely } from 'kysely'
import { groupOf } from './delivery.ts'
import type { Job } from './job.ts'
import { consumerOf, type AnyProjection } from './projection.ts'

const SWEEP_MS = 60_000
const SWEEP_ROWS = 10_000

/**
 * Forgets generations that were retired a minute ago, when no process counts in them any more:
 * their rows, what their consumers had taken, and at last that they were.
 */
export function sweeper(
  service: ServiceName,
  projections: readonly AnyProjection[],
): Job<never, never> {
  return {
    name: 'projections',
    everyMs: SWEEP_MS,
    async run({ db }) {
      const { rows } = await sql<{ name: string; generation: number }>`
        select name, generation from projection
         where status = 'retired' and changed_at < now() - interval '1 minute'`.execute(db)
      for (const { name, generation } of rows) {
        const projection = projections.find((one) => one.name === name)
        if (projection) await forget(db, service, projection, generation)
      }
      return false
    },
  }
}

async function forget(
  db: Kysely<never>,
  service: ServiceName,
  projection: AnyProjection,
  generation: number,
): Promise<void> {
  const group = groupOf(service, consumerOf(projection, generation))
  const ofGeneration = sql`generation = ${generation}`
  const ofGroup = sql`consumer = ${group}`
  const sources = [
    ...projection.tables.map((table) => ({ table, where: ofGeneration })),
    ...['inbox', 'dead_letter'].map((table) => ({ table, where: ofGroup })),
  ]
  for (const { table, where } of sources) {
    for (let rows = SWEEP_ROWS; rows === SWEEP_ROWS;) {
      const { numAffectedRows = 0n } = await sql`
        delete from ${sql.id(table)} where ctid = any(array(
          select ctid from ${sql.id(table)} where ${where} limit ${SWEEP_ROWS}))`.execute(db)
      rows = Number(numAffectedRows)
    }
  }
  await sql`delete from projection
    where name = ${projection.name} and generation = ${generation}`.execute(db)
}
