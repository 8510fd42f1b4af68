import { problem } from '@forecourt/platform/problem'
import { lockRow } from '@forecourt/platform/row'
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { endpoint, type Tables } from '../db.ts'
import { isUnderWay, partsOf, refuseForeignCard } from '../job-card/job-card.queries.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import { follow } from './follow.queries.ts'
import { insertPartsRequest, withdrawLines } from './parts-request.queries.ts'
import { RequestParts, RequiredPart } from './parts-request.ts'

const wanting = new Set(['assigned', 'in_progress', 'waiting_parts'])

export const requestParts = endpoint('PUT /workshop/job-cards/:id/parts-request', {
  about: 'Ask inventory for parts; each line becomes reserved, or short until stock arrives.',
  may: 'job_card.work',
  message: 'Parts requested',
  body: RequestParts,
  returns: z.array(RequiredPart),
  async handle(context, { params, body }) {
    const card = await lockRow<JobCardRow>(context, 'jobCard', params.id)
    if (!wanting.has(card.status)) throw problem('state_forbids', { status: card.status })
    refuseForeignCard(context.me, card)
    await insertPartsRequest(context, card, body)
    return requiredParts(context.db, card.id)
  },
})

export const listRequiredParts = endpoint('GET /workshop/job-cards/:id/parts-required', {
  about: 'Show the parts that a job card needs, and whether they are there.',
  may: 'parts_request.read',
  returns: z.array(RequiredPart),
  async handle({ db }, { params }) {
    const card = await db
      .selectFrom('jobCard')
      .select('id')
      .where('id', '=', params.id)
      .executeTakeFirst()
    if (!card) throw problem('not_found')
    return requiredParts(db, card.id)
  },
})

export const releasePart = endpoint('PUT /workshop/job-cards/:id/parts-required/:lineId/release', {
  about: 'Give back a part that a job card holds or waits for; whoever waits longest gets it.',
  may: 'parts_request.release',
  message: 'Part released',
  returns: z.array(RequiredPart),
  async handle(context, { params: { id, lineId } }) {
    const card = await lockRow<JobCardRow>(context, 'jobCard', id)
    const line = (await partsOf(context.db, id)).find((part) => part.id === lineId)
    if (!line) throw problem('not_found')
    const isHeld = line.status === 'reserved' || line.status === 'short'
    if (!isUnderWay(card)) throw problem('state_forbids', { status: card.status })
    if (!isHeld) throw problem('state_forbids', { status: line.status })
    await withdrawLines(context, [line])
    await follow(context, card)
    return requiredParts(context.db, id)
  },
})

function requiredParts(db: Kysely<Tables>, cardId: string) {
  return db
    .selectFrom('partsRequestLine as line')
    .leftJoin('stockLevel', (join) =>
      join
        .onRef('stockLevel.itemId', '=', 'line.itemId')
        .onRef('stockLevel.serviceCenterId', '=', 'line.serviceCenterId'),
    )
    .where('line.jobCardId', '=', cardId)
    .select([
      'line.id',
      'line.itemId',
      'line.itemName',
      'line.unit',
      'line.quantityMilli as quantity',
      'line.unitPriceMinor as unitPrice',
      'line.taxRateBp as taxRate',
      'line.status',
      sql<number>`coalesce(stock_level.available_milli, 0)`.as('available'),
    ])
    .orderBy('line.partsRequestId')
    .orderBy('line.position')
    .execute()
}
