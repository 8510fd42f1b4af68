import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { beginning, faultAtEnd, faultOf, type Broken, type Place } from './audit-chain.ts'
import type { AuditLineRow } from './audit-line.ts'
import { hashOf } from './audit-line.queries.ts'
import type { ChainReport, VerifyQuery } from './verification.ts'

/** Lines that are read, and hashed without a pause, at a time. */
const PAGE = 500

/** Checks as many lines as the limit allows, of every chain that is asked for. */
export async function verifyChains(
  db: Kysely<Tables>,
  { service, sequence, hash, limit }: VerifyQuery,
): Promise<ChainReport[]> {
  const from = sequence === undefined || hash === undefined ? beginning : { sequence, hash }
  const reports: ChainReport[] = []
  let left = limit
  for (const chain of service ? [service] : await chainsOf(db)) {
    const report = await verifyChain(db, chain, from, left)
    reports.push(report)
    left -= report.lines
  }
  return reports
}

/** Every service that has lines or a chain: without their chain, lines are still looked at. */
async function chainsOf(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ service: string }>`
    with recursive found as (
      select min(service) as service from audit_line
      union all
      select (select min(service) from audit_line where service > found.service)
        from found where found.service is not null
    )
    select service from found where service is not null
    union select service from audit_chain order by service`.execute(db)
  return rows.map((row) => row.service)
}

async function verifyChain(
  db: Kysely<Tables>,
  service: string,
  from: Place,
  limit: number,
): Promise<ChainReport> {
  const { head, lastSequence } = await endOf(db, service)
  const report = { service, from, head, lines: 0, firstBroken: null, next: null }
  const walk = { at: from, id: '', lines: 0 }
  const lost = await faultAtStart(db, service, from)
  if (lost) return { ...report, firstBroken: lost }
  while (walk.lines < limit) {
    const size = Math.min(PAGE, limit - walk.lines)
    const page = await linesBehind(db, service, walk, lastSequence, size)
    const broken = judgePage(page, walk, head)
    if (broken) return { ...report, lines: walk.lines, firstBroken: broken }
    if (page.length < size) {
      const firstBroken = faultAtEnd(walk.at, walk.id || null, head) ?? null
      return { ...report, lines: walk.lines, firstBroken }
    }
  }
  return { ...report, lines: walk.lines, next: walk.at }
}

interface Walk {
  at: Place
  id: string
  lines: number
}

/** Moves the walk over the lines that are whole, and answers what is wrong with the next. */
function judgePage(page: AuditLineRow[], walk: Walk, head: Place): Broken | undefined {
  for (const line of page) {
    const broken = faultOf(line, walk.at, head, hashOf)
    if (broken) return broken
    walk.at = { sequence: line.sequence, hash: line.hash }
    walk.id = line.id
    walk.lines += 1
  }
  return undefined
}

/** Where the chain ends, and the last line that there is, seen in one moment. */
async function endOf(
  db: Kysely<Tables>,
  service: string,
): Promise<{ head: Place; lastSequence: number }> {
  const { rows } = await sql<{ sequence: number; hash: string; last: number }>`
    select coalesce(chain.last_sequence, ${beginning.sequence}::bigint) as sequence,
           coalesce(chain.last_hash, ${beginning.hash}) as hash,
           coalesce(line.last, 0) as last
      from (select max(sequence) as last from audit_line where service = ${service}) as line
      left join audit_chain as chain on chain.service = ${service}`.execute(db)
  const [end] = rows
  if (!end) throw new Error('A select without conditions has one row.')
  return { head: { sequence: end.sequence, hash: end.hash }, lastSequence: end.last }
}

/** A place that was noted is still in the log when its line is there, whole and with that hash. */
async function faultAtStart(
  db: Kysely<Tables>,
  service: string,
  { sequence, hash }: Place,
): Promise<Broken | undefined> {
  if (sequence === 0 && hash === beginning.hash) return undefined
  const line = await db
    .selectFrom('auditLine')
    .selectAll()
    .where('service', '=', service as AuditLineRow['service'])
    .where('sequence', '=', sequence)
    .executeTakeFirst()
  if (line?.hash !== hash) return { sequence, id: line?.id ?? null, fault: 'place_lost' }
  return hashOf(line) === hash ? undefined : { sequence, id: line.id, fault: 'changed' }
}

/** By sequence and id: where the database's own rules were taken away, two lines may share one. */
async function linesBehind(
  db: Kysely<Tables>,
  service: string,
  { at, id, lines }: Walk,
  lastSequence: number,
  limit: number,
): Promise<AuditLineRow[]> {
  let query = db
    .selectFrom('auditLine')
    .selectAll()
    .where('service', '=', service as AuditLineRow['service'])
    .where('sequence', '<=', lastSequence)
    .orderBy('sequence')
    .orderBy('id')
    .limit(limit)
  if (lines > 0) {
    query = query
      .where('sequence', '>=', at.sequence)
      .where((eb) => eb.or([eb('sequence', '>', at.sequence), eb('id', '>', id)]))
  } else if (at.sequence > 0) {
    query = query.where('sequence', '>', at.sequence)
  }
  return query.execute()
}
