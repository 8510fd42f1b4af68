import type { ServiceName } from '@forecourt/contracts/service-name'
import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import type { Bus } from './bus.ts'
import { inTransaction } from './database.ts'
import { groupOf, topicsOf } from './delivery.ts'
import { sleep } from './pause.ts'
import { consumerOf, type AnyProjection } from './projection.ts'
import { systemScope } from './scope.ts'

const LOOK_MS = 250
const SAY_MS = 5_000

interface Rebuilding {
  service: ServiceName
  pool: pg.Pool
  bus: Pick<Bus, 'lagOf'>
  projection: AnyProjection
  say(line: string): void
}

/**
 * Counts a projection anew from its topics, and has that served in place of what is served now.
 * The service's own workers do it: a new generation is built beside the one that is served, and
 * takes its place when it is no further behind. One that is being built already is waited for.
 * Throws when an event cannot be counted; what is served then stays as it is.
 */
export async function rebuild(rebuilding: Rebuilding): Promise<void> {
  const { pool, projection, say } = rebuilding
  const { name } = projection
  await pool.query(
    `insert into projection (name, generation, status)
     select $1, max(generation) + 1, 'building' from projection where name = $1
     having count(*) > 0 on conflict do nothing`,
    [name],
  )
  let saidAt = -Infinity
  for (;;) {
    const { served, building } = await generationsOf(pool, name)
    if (served === undefined) throw new Error(`The workers of ${name} have never run.`)
    if (building === undefined) return say(`${name} is served from generation ${served}.`)
    const servedBehind = await behindOf(rebuilding, served)
    const behind = await behindOf(rebuilding, building)
    if (behind <= servedBehind) await serve(rebuilding, building)
    else if (Date.now() - saidAt >= SAY_MS) {
      saidAt = Date.now()
      say(`Generation ${building} of ${name} has ${behind} events to read.`)
    }
    await sleep(LOOK_MS)
  }
}

async function generationsOf(pool: pg.Pool, name: string) {
  const { rows } = await pool.query<{ generation: number; status: string }>(
    'select generation, status from projection where name = $1',
    [name],
  )
  const of = (status: string) => rows.find((row) => row.status === status)?.generation
  return { served: of('served'), building: of('building') }
}

function behindOf({ service, bus, projection }: Rebuilding, generation: number): Promise<number> {
  const consumer = consumerOf(projection, generation)
  return bus.lagOf(groupOf(service, consumer), topicsOf(consumer))
}

/** At every moment one generation is served; what was served until now is swept later. */
async function serve({ service, pool, projection }: Rebuilding, generation: number): Promise<void> {
  const { name } = projection
  const group = groupOf(service, consumerOf(projection, generation))
  await inTransaction<object, void>(pool, systemScope(), async (db) => {
    const { rows } = await sql<{ generation: number; status: string }>`
      select generation, status from projection where name = ${name} for update`.execute(db)
    // Somebody else, who waited for it too, was faster.
    if (!rows.some((row) => row.generation === generation && row.status === 'building')) return
    await refuseLetters(db, group)
    const now = sql`name = ${name} and generation`
    const before = rows.find(({ status }) => status === 'served')?.generation
    await sql`update projection set status = 'retired', changed_at = now()
      where ${now} = ${before}`.execute(db)
    await sql`update projection set status = 'served', changed_at = now()
      where ${now} = ${generation}`.execute(db)
  })
}

async function refuseLetters(db: Kysely<object>, group: string): Promise<void> {
  const { rows } = await sql`select from dead_letter where consumer = ${group}`.execute(db)
  if (rows.length === 0) return
  throw new Error(
    `${rows.length} events could not be counted: see the dead letters of ${group}, ` +
      'redrive or discard them, and run this again.',
  )
}
