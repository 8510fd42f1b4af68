import { createHash } from 'node:crypto'
import { json } from '@forecourt/platform/table'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { beginning, hashedText } from './audit-chain.ts'
import type { AuditLineRow, lineOf } from './audit-line.ts'

type NewLine = ReturnType<typeof lineOf>

/** SHA-256 of what is kept of a line, in hexadecimal digits. */
export function hashOf(line: Omit<AuditLineRow, 'hash'> & { hash?: string }): string {
  return createHash('sha256').update(hashedText(line)).digest('hex')
}

/** Adds a line to the end of its service's chain; a line that is there already is left alone. */
export async function appendLine(db: Kysely<Tables>, told: NewLine): Promise<void> {
  const place = (await takePlace(db, told)) ?? (await beginChain(db, told))
  if (!place) return
  const line = { ...told, ...place }
  const hash = hashOf(line)
  // Sent together: the chain's row stays locked no longer than it must.
  await Promise.all([
    db
      .insertInto('auditLine')
      .values({
        ...{ ...line, hash },
        oldValues: line.oldValues && json(line.oldValues),
        newValues: line.newValues && json(line.newValues),
      })
      .execute(),
    db
      .updateTable('auditChain')
      .set({ lastSequence: line.sequence, lastHash: hash })
      .where('service', '=', line.service)
      .execute(),
  ])
}

interface Taken extends Pick<AuditLineRow, 'sequence' | 'previousHash' | 'recordedAt'> {
  id: string
  userId: string | null
  serviceCenterId: string | null
  createdAt: string
}

/**
 * Locks the chain until the commit, so that its sequences have no gaps, and answers where the line
 * is to stand, with those of its values that Postgres spells its own way. Nothing, when the line
 * is there already or the chain is not.
 */
async function takePlace(db: Kysely<Tables>, line: NewLine): Promise<Taken | undefined> {
  const { rows } = await sql<Taken>`
    select last_sequence + 1 as sequence, last_hash as previous_hash, now() as recorded_at,
           ${line.createdAt}::timestamptz as created_at, ${line.id}::uuid as id,
           ${line.userId}::uuid as user_id, ${line.serviceCenterId}::uuid as service_center_id
      from audit_chain
     where service = ${line.service}
       and not exists (select from audit_line where audit_line.id = ${line.id}::uuid)
       for update`.execute(db)
  return rows[0]
}

/** The first line of a service begins its chain. */
async function beginChain(db: Kysely<Tables>, line: NewLine): Promise<Taken | undefined> {
  const { sequence: lastSequence, hash: lastHash } = beginning
  await db
    .insertInto('auditChain')
    .values({ service: line.service, lastSequence, lastHash })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return takePlace(db, line)
}
