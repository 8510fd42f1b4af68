import { isErased } from '@forecourt/platform/erasure'
import { sleep } from '@forecourt/platform/pause'
import { problem } from '@forecourt/platform/problem'
import { waitForNoun } from '@forecourt/platform/wait-for-noun'
import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import {
  detailsOfCustomer,
  insertDraft,
  knownCustomer,
  oneCenter,
  termsOf,
} from '../invoice/draft.queries.ts'
import { erasedBuyer, type CustomerDetails } from '../invoice/invoice.ts'
import type { Writing } from '../invoice/invoice.queries.ts'
import { type BilledCard, isBillable, type JobCardRow, linesOfCard } from './job-card.ts'

const PATIENCE_MS = 2_000
const LOOK_EVERY_MS = 50

/**
 * Drafts the invoice of a job card; with one there that was not cancelled it does nothing. Answers
 * whether it could: not while the center or the customer is unknown here.
 */
export async function billCard(
  context: Writing,
  card: BilledCard,
  createdBy: string | null,
): Promise<boolean> {
  const { db } = context
  const [center, details] = await Promise.all([
    oneCenter(db, card.serviceCenterId),
    buyerOf(context, card.customerId),
  ])
  if (!center || !details) return false
  const { jurisdiction } = termsOf(context, center)
  await insertDraft(context, {
    center,
    customerId: card.customerId,
    details,
    jobCardId: card.id,
    placeOfSupply: null,
    dueDate: null,
    notes: null,
    lines: linesOfCard(card, jurisdiction.defaultCodes.service),
    createdBy,
  })
  return true
}

/** Who a card is billed to; undefined while the customer is unknown here. */
async function buyerOf(context: Writing, id: string): Promise<CustomerDetails | undefined> {
  const customer = await knownCustomer(context.db, id)
  if (customer) return detailsOfCustomer(context, customer)
  return (await isErased(context, [id])) ? erasedBuyer : undefined
}

/**
 * The card to be billed: whoever completes a job card and at once asks for its invoice must
 * succeed, so news of it is waited for, for two seconds at most. Throws `not_found` and
 * `job_card_unfinished`.
 */
export async function billableCard(
  { db }: { db: Kysely<Tables> },
  { params: { jobCardId: id } }: { params: { jobCardId: string } },
): Promise<JobCardRow> {
  const look = () => db.selectFrom('jobCard').selectAll().where('id', '=', id).executeTakeFirst()
  const end = Date.now() + PATIENCE_MS
  let card = await waitForNoun(id, look)
  if (!card) throw problem('not_found')
  while (!isBillable(card) && card.status !== 'cancelled' && Date.now() < end) {
    await sleep(LOOK_EVERY_MS)
    card = (await look()) ?? card
  }
  if (!isBillable(card)) throw problem('job_card_unfinished')
  return card
}

/** The invoice of a job card that was not cancelled. */
export async function invoiceIdOfCard(
  db: Kysely<Tables>,
  jobCardId: string,
): Promise<string | undefined> {
  const invoice = await db
    .selectFrom('invoice')
    .select('id')
    .where('jobCardId', '=', jobCardId)
    .where('status', '<>', 'cancelled')
    .executeTakeFirst()
  return invoice?.id
}
