W='services/workshop/src/'
OWN=[W+'link/link.ts',W+'link/link.queries.ts','services/workshop/migrations/0007_link.sql',W+'job-card/feedback.db.test.ts']
EDITS=[
(W+'db.ts',"import { PartsRequestLineRow, PartsRequestRow }","import { LinkRow } from './link/link.ts'\nimport { PartsRequestLineRow, PartsRequestRow }"),
(W+'db.ts',"  partsRequest: PartsRequestRow,\n","  link: LinkRow,\n  partsRequest: PartsRequestRow,\n"),
(W+'job-card/moves.queries.ts',"""export async function deliver(context: Moving, id: string): Promise<void> {
  await move(context, id, 'deliver', () => Promise.resolve({ deliveredAt: now }))
}
""","""/** The customer is asked for feedback, once for each delivery. */
export async function deliver(context: Moving, id: string): Promise<void> {
  const card = await move(context, id, 'deliver', () => Promise.resolve({ deliveredAt: now }))
  await sendLink(context, { purpose: 'feedback', subjectId: id }, card)
}
"""),
(W+'job-card/moves.queries.ts',"import { withdrawParts } from","import { sendLink } from '../link/link.queries.ts'\nimport { withdrawParts } from"),
(W+'approval/approval.ts',"""/** How long the link of a question lives. */
export const LINK_LIFE_MS = 72 * 3_600_000

""",""),
(W+'approval/approval.ts',"  tokenHash: z.string(),\n",""),
(W+'approval/approval.ts',"  decidedAt: z.string().nullable(),\n  expiresAt: z.string(),\n  version","  decidedAt: z.string().nullable(),\n  version"),
(W+'approval/approval.queries.ts',"import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto'\nimport { JobCardChanged, LinkRequested }","import { createHash, randomUUIDv7 } from 'node:crypto'\nimport { JobCardChanged }"),
(W+'approval/approval.queries.ts',"import { seal } from '@forecourt/platform/personal'\n",""),
(W+'approval/approval.queries.ts',"""import {
  LINK_LIFE_MS,
  type AdditionalServiceRow,
  type ApprovalRow,
  type ProposeServices,
} from './approval.ts'

type Asking = Means & Writing
""","""import type { AdditionalServiceRow, ApprovalRow, ProposeServices } from './approval.ts'
"""),
(W+'approval/approval.queries.ts',"import { follow } from","import { hashOf, sendLink } from '../link/link.queries.ts'\nimport { follow } from"),
(W+'approval/approval.queries.ts',"""export async function askCustomer(asking: Asking, card: JobCardRow): Promise<void> {
  const { db, emit, transportKeys } = asking
""","""export async function askCustomer(asking: Writing & Means, card: JobCardRow): Promise<void> {
  const { db } = asking
"""),
(W+'approval/approval.queries.ts',"""  const token = randomBytes(16).toString('base64url')
  const expiresAt = new Date(Date.now() + LINK_LIFE_MS).toISOString()
  const { customerId, serviceCenterId } = card
  const whose = { jobCardId: card.id, customerId, serviceCenterId }
  const secret = { revision: revisionOf(pending), tokenHash: hashOf(token), expiresAt }
  await db
    .insertInto('approval')
    .values({ id, ...whose, ...secret, status: 'open' })
    .execute()
  const sealed = seal(transportKeys, token, `link|token|${id}`)
  const link = { linkId: id, purpose: 'approval', subjectId: id, token: sealed, expiresAt }
  emit(LinkRequested, 1, { ...link, ...whose })
}
""","""  const { customerId, serviceCenterId } = card
  const whose = { jobCardId: card.id, customerId, serviceCenterId }
  await db
    .insertInto('approval')
    .values({ id, ...whose, revision: revisionOf(pending), status: 'open' })
    .execute()
  await sendLink(asking, { purpose: 'approval', subjectId: id }, card)
}
"""),
(W+'approval/approval.queries.ts',"""export function approvalOf(db: Kysely<Tables>, token: string): Promise<ApprovalRow | undefined> {
  return db
    .selectFrom('approval')
    .selectAll()
    .where('tokenHash', '=', hashOf(token))
""","""export type LinkedApproval = ApprovalRow & Pick<LinkRow, 'expiresAt'>

export function approvalOf(db: Kysely<Tables>, token: string): Promise<LinkedApproval | undefined> {
  return db
    .selectFrom('link')
    .innerJoin('approval', 'approval.id', 'link.subjectId')
    .selectAll('approval')
    .select('link.expiresAt')
    .where('tokenHash', '=', hashOf(token))
"""),
(W+'approval/approval.queries.ts',"""
/** A token is kept as its digest: whoever reads the table holds no link. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
""",""),
(W+'approval/approval.queries.ts',"import { follow } from '../parts-request/follow.queries.ts'\n","import type { LinkRow } from '../link/link.ts'\nimport { follow } from '../parts-request/follow.queries.ts'\n"),
(W+'approval/approval.routes.ts',"shownApproval(db: Kysely<Tables>, approval: ApprovalRow)","shownApproval(db: Kysely<Tables>, approval: LinkedApproval)"),
(W+'approval/approval.routes.ts',"  totalsOf,\n  type ApprovalRow,\n","  totalsOf,\n"),
(W+'approval/approval.routes.ts',"  lockQuestion,\n}","  lockQuestion,\n  type LinkedApproval,\n}"),
(W+'approval/approval.db.test.ts',"`update approval set expires_at","`update link set expires_at"),
(W+'approval/approval.db.test.ts',"'select * from approval where job_card_id = $1'","'select * from link where job_card_id = $1'"),
('docs/glossary.md',"| invoice | what a customer owes","| link | what opens one page to one customer without a sign-in: an approval, or feedback | workshop |\n| invoice | what a customer owes"),
]

A=[W+'approval/'+n for n in ('approval.ts','approval.queries.ts','approval.routes.ts','approval.db.test.ts')]
OWN+=A
EDITS=[e for e in EDITS if e[0] not in A]
