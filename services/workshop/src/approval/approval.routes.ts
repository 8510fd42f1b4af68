import { addressKey } from '@forecourt/platform/limit'
import { problem } from '@forecourt/platform/problem'
import { lockRow } from '@forecourt/platform/row'
import { transition } from '@forecourt/platform/transition'
import type { Kysely } from 'kysely'
import { endpoint, type Tables } from '../db.ts'
import { JobCard } from '../job-card/card-answer.ts'
import {
  lifecycle,
  oneJobCard,
  proposedOf,
  refuseForeignCard,
  toldState,
} from '../job-card/job-card.queries.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import {
  approvalOf,
  askCustomer,
  decide,
  insertProposals,
  lockQuestion,
  type LinkedApproval,
} from './approval.queries.ts'
import { Approval, DecideApproval, ProposeServices, shownService, totalsOf } from './approval.ts'

/** Tries of one address in a quarter of an hour: more than a person, fewer than a guesser needs. */
const perAddress = ({ address }: { address: string }) => [
  { key: `approval:${addressKey(address)}`, count: 60, perS: 900 },
]

export const proposeServices = endpoint('PUT /workshop/job-cards/:id/additional-services', {
  about: 'Propose more work; the customer is asked, and the job waits for the answer.',
  may: 'job_card.work',
  message: 'The customer is asked to approve',
  body: ProposeServices,
  returns: JobCard,
  async handle(context, { params: { id }, body }) {
    const { db } = context
    const tell = (card: JobCardRow) => toldState(db, card)
    const work = async (card: JobCardRow) => {
      refuseForeignCard(context.me, card)
      await insertProposals(db, card, body.additionalServices)
      return {}
    }
    const step = { table: 'jobCard', id, move: 'ask_approval', work, tell } as const
    await askCustomer(context, await transition(context, lifecycle, step))
    return oneJobCard(context, id)
  },
})

const byStaff = {
  may: 'approval.decide',
  returns: JobCard,
} as const

export const approveService = endpoint(
  'PUT /workshop/job-cards/:id/additional-services/:lineId/approve',
  {
    ...byStaff,
    about: 'Note that the customer approved a proposed service.',
    message: 'Additional service approved',
    async handle(context, { params: { id, lineId } }) {
      const card = await lockAsked(context, id, lineId)
      const by = context.me.userId
      await decide(context, card, { approved: [lineId], rejected: [], by })
      return oneJobCard(context, id)
    },
  },
)

export const rejectService = endpoint(
  'PUT /workshop/job-cards/:id/additional-services/:lineId/reject',
  {
    ...byStaff,
    about: 'Note that the customer rejected a proposed service.',
    message: 'Additional service rejected',
    async handle(context, { params: { id, lineId } }) {
      const card = await lockAsked(context, id, lineId)
      const by = context.me.userId
      await decide(context, card, { approved: [], rejected: [lineId], by })
      return oneJobCard(context, id)
    },
  },
)

async function lockAsked(
  context: Parameters<typeof lockRow>[0] & { db: Kysely<Tables> },
  cardId: string,
  lineId: string,
): Promise<JobCardRow> {
  const card = await lockRow<JobCardRow>(context, 'jobCard', cardId)
  const service = (await proposedOf(context.db, cardId)).find(({ id }) => id === lineId)
  if (!service) throw problem('not_found')
  if (service.decision !== 'pending') throw problem('state_forbids', { status: service.decision })
  return card
}

export const showApproval = endpoint('GET /approvals/:token', {
  about: 'Show the customer what more should be done, and what it costs.',
  may: 'public',
  acts: 'system',
  limits: perAddress,
  returns: Approval,
  async handle({ db }, { params }) {
    const approval = await approvalOf(db, params.token)
    if (!approval) throw problem('link_invalid')
    return shownApproval(db, approval)
  },
})

export const answerApproval = endpoint('PUT /approvals/:token', {
  about: 'Approve or reject it, once; nothing else than what was shown.',
  may: 'public',
  acts: 'system',
  limits: perAddress,
  message: 'Thank you, we have noted your answer',
  body: DecideApproval,
  returns: Approval,
  async handle(context, { params, body: { decision, services } }) {
    const { card, pending } = await lockQuestion(context.db, params.token)
    const isYes = (id: string) => decision === 'approve' && (services?.includes(id) ?? true)
    const ids = pending.map(({ id }) => id)
    const [approved, rejected] = [ids.filter(isYes), ids.filter((id) => !isYes(id))]
    await decide(context, card, { approved, rejected, by: null })
    const approval = await approvalOf(context.db, params.token)
    if (!approval) throw problem('link_invalid')
    return shownApproval(context.db, approval)
  },
})

/** Staff may have changed the question meanwhile; what is decided stays to be seen. */
async function shownApproval(db: Kysely<Tables>, approval: LinkedApproval) {
  const [card, services] = await Promise.all([
    db
      .selectFrom('jobCard')
      .leftJoin('vehicle', 'vehicle.id', 'jobCard.vehicleId')
      .select(['jobCardNumber', 'currency', 'brand', 'model'])
      .where('jobCard.id', '=', approval.jobCardId)
      .executeTakeFirstOrThrow(),
    proposedOf(db, approval.jobCardId),
  ])
  const { jobCardNumber, currency, brand: make, model } = card
  const isLate = approval.status === 'open' && approval.expiresAt < new Date().toISOString()
  return {
    jobCardNumber,
    currency,
    vehicle: make && model ? { make, model } : null,
    services: services.map(shownService),
    ...totalsOf(services),
    status: isLate ? ('expired' as const) : approval.status,
    expiresAt: approval.expiresAt,
  }
}
