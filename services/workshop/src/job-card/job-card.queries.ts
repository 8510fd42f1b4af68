import type { EventContract } from '@forecourt/contracts/event'
import {
  JobCardApprovalAsked,
  JobCardApprovalDecided,
  JobCardAssigned,
  JobCardCancelled,
  JobCardCompleted,
  JobCardDelivered,
  JobCardInspected,
  JobCardPartsArrived,
  JobCardPartsAwaited,
  JobCardStarted,
} from '@forecourt/contracts/workshop-events'
import { available, machine } from '@forecourt/platform/machine'
import { isCustomer, type Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables, Writing } from '../db.ts'
import { shownService as shownProposal, type AdditionalServiceRow } from '../approval/approval.ts'
import type { PartsRequestLineRow } from '../parts-request/parts-request.ts'
import {
  shownInspection,
  shownPart,
  shownService,
  stateOf,
  wasUsed,
  type JobCard,
} from './card-answer.ts'
import type { JobCardRow, JobCardServiceRow } from './job-card.ts'

const before = [
  'created',
  'inspected',
  'assigned',
  'in_progress',
  'waiting_parts',
  'waiting_customer_approval',
] as const

export const lifecycle = machine<JobCardRow>()({
  states: [...before, 'completed', 'delivered', 'cancelled'],
  start: 'created',
  moves: {
    inspect: {
      from: ['created'],
      to: 'inspected',
      may: 'job_card.update',
      says: JobCardInspected,
    },
    assign: {
      from: ['created', 'inspected', 'assigned'],
      to: 'assigned',
      may: 'job_card.assign',
      says: JobCardAssigned,
    },
    start: {
      from: ['assigned'],
      to: 'in_progress',
      may: 'job_card.work',
      says: JobCardStarted,
      needs: { parts_outstanding: ({ partsOpen }) => partsOpen === 0 },
    },
    await_parts: {
      from: ['assigned', 'in_progress'],
      to: 'waiting_parts',
      may: 'system',
      says: JobCardPartsAwaited,
    },
    resume_assignment: {
      from: ['waiting_parts'],
      to: 'assigned',
      may: 'system',
      says: JobCardPartsArrived,
    },
    resume_work: {
      from: ['waiting_parts'],
      to: 'in_progress',
      may: 'system',
      says: JobCardPartsArrived,
    },
    ask_approval: {
      from: ['in_progress', 'waiting_customer_approval'],
      to: 'waiting_customer_approval',
      may: 'job_card.work',
      says: JobCardApprovalAsked,
    },
    go_on: {
      from: ['waiting_customer_approval'],
      to: 'in_progress',
      may: 'system',
      says: JobCardApprovalDecided,
    },
    complete: {
      from: ['in_progress'],
      to: 'completed',
      may: 'job_card.work',
      says: JobCardCompleted,
      needs: { parts_outstanding: ({ partsOpen }) => partsOpen === 0 },
    },
    deliver: {
      from: ['completed'],
      to: 'delivered',
      may: 'job_card.deliver',
      says: JobCardDelivered,
    },
    cancel: {
      from: [...before],
      to: 'cancelled',
      may: 'job_card.deliver',
      says: JobCardCancelled,
    },
  },
})

/** Whether work on a card is still to be done. */
export function isUnderWay({ status }: Pick<JobCardRow, 'status'>): boolean {
  return before.some((state) => state === status)
}

/** Whoever only works on cards works on the own ones. Throws `not_your_job_card`. */
export function refuseForeignCard(me: Me, card: JobCardRow): void {
  if (me.may('job_card.assign') || card.assignedEngineer === me.userId) return
  throw problem('not_your_job_card')
}

export function servicesOf(db: Kysely<Tables>, cardId: string): Promise<JobCardServiceRow[]> {
  return db
    .selectFrom('jobCardService')
    .selectAll()
    .where('jobCardId', '=', cardId)
    .orderBy('position')
    .execute()
}

export function partsOf(db: Kysely<Tables>, cardId: string): Promise<PartsRequestLineRow[]> {
  return db
    .selectFrom('partsRequestLine')
    .selectAll()
    .where('jobCardId', '=', cardId)
    .orderBy('partsRequestId')
    .orderBy('position')
    .execute()
}

export function proposedOf(db: Kysely<Tables>, cardId: string): Promise<AdditionalServiceRow[]> {
  return db
    .selectFrom('additionalService')
    .selectAll()
    .where('jobCardId', '=', cardId)
    .orderBy('position')
    .execute()
}

function linesOf(db: Kysely<Tables>, cardId: string) {
  return Promise.all([servicesOf(db, cardId), proposedOf(db, cardId), partsOf(db, cardId)])
}

/** The whole state that an event of a card carries, as it is in this transaction. */
export async function toldState(db: Kysely<Tables>, card: JobCardRow) {
  const [services, proposed, parts] = await linesOf(db, card.id)
  return stateOf(card, services, proposed, parts)
}

export async function tell(
  { db, emit }: Writing,
  contract: EventContract,
  card: JobCardRow,
): Promise<void> {
  emit(contract, card.version, await toldState(db, card))
}

/** Cards with whose they are, and of which vehicle. */
export function selectJobCards(db: Kysely<Tables>) {
  const cards = db
    .selectFrom('jobCard')
    .leftJoin('customer', 'customer.id', 'jobCard.customerId')
    .leftJoin('vehicle', 'vehicle.id', 'jobCard.vehicleId')
    .selectAll('jobCard')
    .select(['customer.fullName', 'vehicle.plate'])
  return db.selectFrom(cards.as('card')).selectAll()
}

export type ReadCard = JobCardRow & { fullName: string | null; plate: string | null }
type Reading = Means & { db: Kysely<Tables>; me: Me }

/** One card with its steps and parts. Throws `not_found`. */
export async function oneJobCard(context: Reading, id: string): Promise<z.output<typeof JobCard>> {
  const { db } = context
  const [card, [services, proposed, parts]] = await Promise.all([
    selectJobCards(db).where('id', '=', id).executeTakeFirst(),
    linesOf(db, id),
  ])
  if (!card) throw problem('not_found')
  return {
    ...shownCard(card, context),
    services: services.map(shownService),
    additionalServices: proposed.map(shownProposal),
    partsUsed: parts.filter(wasUsed).map(shownPart),
  }
}

/** A card as lists show it, without its steps and parts. */
export function shownCard(
  { fullName, plate, ...card }: ReadCard,
  { personal, me }: Means & { me: Me },
): z.output<typeof JobCard> {
  const customer = { table: 'customer', column: 'full_name', id: card.customerId }
  const vehicle = { table: 'vehicle', column: 'plate', id: card.vehicleId }
  return {
    ...card,
    currentStage: card.status.replaceAll('_', ' '),
    engineerNotes: isCustomer(me) ? null : card.engineerNotes,
    preInspection: shownInspection(card),
    services: [],
    additionalServices: [],
    partsUsed: [],
    customerName: fullName && personal.open(fullName, customer),
    vehicleNumber: plate && personal.open(plate, vehicle),
    available: available(lifecycle, card, me.may),
  }
}
