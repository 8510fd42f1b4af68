import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { PersonalData, Place } from './personal.ts'
import { problem } from './problem.ts'
import type { Statement } from './scoped-query.ts'

/** An answer as it left, kept for whoever repeats the request. */
export interface Answer {
  status: number
  body: string
}

/** One request under an `Idempotency-Key`. */
export interface Ticket {
  key: string
  digest: string
}

export interface Asked {
  idempotencyKey: string | undefined
  userId: string | null
  method: string
  /** The concrete path without the gateway's prefix, so that aliases share it. */
  path: string
  /** Body and query, or what is known of a stream: another request under the key is refused. */
  said: unknown
}

/**
 * The ticket of a request; undefined when it carries no key. Its digest is keyed: a body may hold a
 * password, which whoever reads the table must not be able to guess at.
 */
export function ticketOf(personal: PersonalData, asked: Asked): Ticket | undefined {
  const { idempotencyKey, userId, method, path, said } = asked
  if (idempotencyKey === undefined) return undefined
  if (!/^[\x21-\x7e]{16,128}$/.test(idempotencyKey)) throw problem('idempotency_key_malformed')
  const digest = personal.blindIndex('request', JSON.stringify(said))
  const who = userId ?? digest
  return { key: sha256(`${who}\n${method} ${path}\n${idempotencyKey}`), digest }
}

/** Ends a request whose twin, under the same key, was answered already. */
export class AnsweredBefore extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('This request was answered before.')
    this.answer = answer
  }
}

/** Throws `AnsweredBefore` with the stored answer, when there is one. */
export async function recall<Tables>(
  db: Kysely<Tables>,
  personal: PersonalData,
  ticket: Ticket,
): Promise<void> {
  const { rows } = await sql<{ digest: string; status: number; answer: string }>`
    select digest, status, answer from idempotency where key = ${ticket.key}`.execute(db)
  const [row] = rows
  if (!row) return
  if (row.digest !== ticket.digest) throw problem('idempotency_key_reused')
  const body = personal.open(row.answer, placeOf(ticket))
  throw new AnsweredBefore({ status: row.status, body })
}

/**
 * Takes the ticket inside the write's transaction. A concurrent duplicate waits here until the
 * first one has ended, and then ends with its answer.
 */
export async function claim<Tables>(
  db: Kysely<Tables>,
  personal: PersonalData,
  ticket: Ticket,
): Promise<void> {
  const { numAffectedRows } = await sql`insert into idempotency (key, digest)
    values (${ticket.key}, ${ticket.digest}) on conflict do nothing`.execute(db)
  if (!numAffectedRows) await recall(db, personal, ticket)
}

const KEEP = `update idempotency
  set status = $2, answer = $3, mentions = $4::uuid[] where key = $1`
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/**
 * What keeps the answer, sealed: it may hold somebody's phone, and nobody looks into it. The ids
 * that it names stand beside it, so that it goes with whom it tells of.
 */
export function kept(personal: PersonalData, ticket: Ticket, answer: Answer): Statement {
  const sealed = personal.seal(answer.body, placeOf(ticket))
  const mentions = [...new Set(answer.body.match(UUID))]
  return { text: KEEP, values: [ticket.key, answer.status, sealed, mentions] }
}

function placeOf({ key }: Ticket): Place {
  return { table: 'idempotency', column: 'answer', id: key }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
