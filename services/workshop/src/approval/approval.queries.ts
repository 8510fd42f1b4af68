import { createHash, randomUUIDv7 } from 'node:crypto'
import { JobCardChanged } from '@forecourt/contracts/workshop-events'
import { problem } from '@forecourt/platform/problem'
import { changeRow } from '@forecourt/platform/row'
import { asHouse, transition } from '@forecourt/platform/transition'
import { sql, type Kysely } from 'kysely'
import type { Means, Tables, Writing } from '../db.ts'
import { refuseTooLargeTotal } from '../job-card/card-total.queries.ts'
import { lifecycle, proposedOf, tell, toldState } from '../job-card/job-card.queries.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import { hashOf, sendLink } from '../link/link.queries.ts'
import type { LinkRow } from '../link/link.ts'
import { follow } from '../parts-request/follow.queries.ts'
import type { AdditionalServiceRow, ApprovalRow, ProposeServices } from './approval.ts'

/** Adds proposals to a card; they wait for the customer's word. Throws `amount_too_large`. */
export async function insertProposals(
  db: Kysely<Tables>,
  card: JobCardRow,
  services: ProposeServices['additionalServices'],
): Promise<void> {
  const { id: jobCardId, serviceCenterId } = card
  const before = await proposedOf(db, jobCardId)
  const rows = services.map(({ description, cost, sacCode, taxRate }, place) => ({
    id: randomUUIDv7(),
    jobCardId,
    serviceCenterId,
    position: before.length + place,
    description,
    costMinor: cost,
    sacCode,
    taxRateBp: taxRate,
    decision: 'pending' as const,
  }))
  await db.insertInto('additionalService').values(rows).execute()
  await refuseTooLargeTotal(db, card)
}

/** Asks the customer about everything that is undecided; a question that was open is dead. */
export async function askCustomer(asking: Writing & Means, card: JobCardRow): Promise<void> {
  const { db } = asking
  const pending = (await proposedOf(db, card.id)).filter(isPending)
  await supersede(db, card.id)
  const id = randomUUIDv7()
  const { customerId, serviceCenterId } = card
  const whose = { jobCardId: card.id, customerId, serviceCenterId }
  await db
    .insertInto('approval')
    .values({ id, ...whose, revision: revisionOf(pending), status: 'open' })
    .execute()
  await sendLink(asking, { purpose: 'approval', subjectId: id }, card)
}

async function supersede(db: Kysely<Tables>, jobCardId: string): Promise<void> {
  await db
    .updateTable('approval')
    .set({ status: 'superseded', updatedAt: sql<string>`now()` })
    .where('jobCardId', '=', jobCardId)
    .where('status', '=', 'open')
    .execute()
}

function isPending({ decision }: AdditionalServiceRow): boolean {
  return decision === 'pending'
}

interface Word {
  approved: readonly string[]
  rejected: readonly string[]
  /** Null where the customer answered by the link. */
  by: string | null
}

/** Writes the customer's word on a locked card, which goes on when nothing is undecided. */
export async function decide(
  deciding: Writing,
  card: JobCardRow,
  { approved, rejected, by }: Word,
): Promise<void> {
  const { db } = deciding
  await note(db, approved, 'approved', by)
  await note(db, rejected, 'rejected', by)
  if ((await proposedOf(db, card.id)).some(isPending)) {
    await tell(deciding, JobCardChanged, await changeRow(deciding, 'jobCard', card, {}))
    return
  }
  const channel = by === null ? 'link' : 'staff'
  await db
    .updateTable('approval')
    .set({ status: 'decided', channel, decidedBy: by, decidedAt: sql<string>`now()` })
    .where('jobCardId', '=', card.id)
    .where('status', '=', 'open')
    .execute()
  const told = (now: JobCardRow) => toldState(db, now)
  const step = { table: 'jobCard', id: card.id, move: 'go_on', tell: told } as const
  // Parts may have turned out to be short while the customer was thinking.
  await follow(deciding, await transition(asHouse(deciding), lifecycle, step))
}

async function note(
  db: Kysely<Tables>,
  ids: readonly string[],
  decision: 'approved' | 'rejected',
  approvedBy: string | null,
): Promise<void> {
  if (ids.length === 0) return
  await db
    .updateTable('additionalService')
    .set({ decision, approvedBy, decidedAt: sql<string>`now()` })
    .where('id', 'in', ids)
    .execute()
}

/**
 * The open question behind a link, its card locked. Throws `link_invalid` for one that is unknown,
 * answered, too old, or no longer what would be asked.
 */
export async function lockQuestion(
  db: Kysely<Tables>,
  token: string,
): Promise<{ card: JobCardRow; pending: AdditionalServiceRow[] }> {
  const known = await approvalOf(db, token)
  if (!known) throw problem('link_invalid')
  const card = await db
    .selectFrom('jobCard')
    .selectAll()
    .where('id', '=', known.jobCardId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  // Read anew under the lock of the card, which whoever asks or answers takes.
  const approval = await approvalOf(db, token)
  const pending = (await proposedOf(db, card.id)).filter(isPending)
  const isCurrent = approval?.status === 'open' && approval.revision === revisionOf(pending)
  if (!isCurrent || approval.expiresAt < new Date().toISOString()) throw problem('link_invalid')
  return { card, pending }
}

export type LinkedApproval = ApprovalRow & Pick<LinkRow, 'expiresAt'>

export function approvalOf(db: Kysely<Tables>, token: string): Promise<LinkedApproval | undefined> {
  return db
    .selectFrom('link')
    .innerJoin('approval', 'approval.id', 'link.subjectId')
    .selectAll('approval')
    .select('link.expiresAt')
    .where('tokenHash', '=', hashOf(token))
    .executeTakeFirst()
}

/** Digest of what is asked: another line or price is another question. */
function revisionOf(services: readonly AdditionalServiceRow[]): string {
  const asked = services.map(({ id, description, costMinor, sacCode, taxRateBp }) => [
    id,
    description,
    costMinor,
    sacCode,
    taxRateBp,
  ])
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url')
}
