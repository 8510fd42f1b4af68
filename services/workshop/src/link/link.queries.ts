import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto'
import { LinkRequested } from '@forecourt/contracts/workshop-events'
import { seal } from '@forecourt/platform/personal'
import type { Means, Writing } from '../db.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import type { LinkRow } from './link.ts'

const HOUR_MS = 3_600_000

/** Makes a link, and has it brought to the customer of a card. */
export async function sendLink(
  { db, emit, transportKeys, settingOf }: Writing & Means,
  { purpose, subjectId }: Pick<LinkRow, 'purpose' | 'subjectId'>,
  { id: jobCardId, customerId, serviceCenterId }: JobCardRow,
): Promise<void> {
  const id = randomUUIDv7()
  const token = randomBytes(16).toString('base64url')
  const lifeMs = settingOf('customerLinkHours') * HOUR_MS
  const expiresAt = new Date(Date.now() + lifeMs).toISOString()
  const said = { purpose, subjectId, jobCardId, customerId, serviceCenterId, expiresAt }
  await db
    .insertInto('link')
    .values({ id, tokenHash: hashOf(token), ...said })
    .execute()
  const sealed = seal(transportKeys, token, `link|token|${id}`)
  emit(LinkRequested, 1, { linkId: id, token: sealed, ...said })
}

/** A token is kept as its digest: whoever reads the table holds no link. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
