import type { DataOf } from '@forecourt/contracts/event'
import { JobCardInspected } from '@forecourt/contracts/workshop-events'
import type { Context } from '@forecourt/platform/endpoint'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { asHouse, transition } from '@forecourt/platform/transition'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables } from '../db.ts'
import { applyDone } from '../component-work/component-work.queries.ts'
import { sendLink } from '../link/link.queries.ts'
import { withdrawParts } from '../parts-request/parts-request.queries.ts'
import { lifecycle as requests } from '../service-request/service-request.queries.ts'
import { stateOf, type Refuse } from '../service-request/service-request.ts'
import { completeSteps, useParts } from './complete.queries.ts'
import { lifecycle, refuseForeignCard, toldState } from './job-card.queries.ts'
import type {
  AssignEngineer,
  ChangeJobCard,
  CompleteJobCard,
  InspectVehicle,
  JobCardRow,
} from './job-card.ts'

export type Moving = Context<Tables> & Means
type Told = DataOf<typeof JobCardInspected>
type Changes = Partial<Omit<JobCardRow, 'id' | 'version' | 'status'>>

const now = sql`now()` as unknown as string

function move(
  context: Moving,
  id: string,
  name: keyof typeof lifecycle.moves,
  work: (card: JobCardRow) => Promise<Changes>,
  tell = (card: JobCardRow): Promise<Told> => toldState(context.db, card),
): Promise<JobCardRow> {
  const step = { table: 'jobCard', id, move: name, work, tell }
  return transition(context, lifecycle, step)
}

/** The inspection may also follow the assignment; then the status stays. */
export async function inspect(context: Moving, id: string, body: InspectVehicle): Promise<void> {
  const { estimatedCost, estimatedTime, ...seen } = body
  const changes = {
    ...given({ ...seen, estimatedCostMinor: estimatedCost, estimatedTimeMilli: estimatedTime }),
    inspectedBy: context.me.userId,
    inspectedAt: now,
  }
  const tellPhotos = async (card: JobCardRow) => ({
    ...(await toldState(context.db, card)),
    photoFileIds: card.images,
  })
  const before = await lockRow<JobCardRow>(context, 'jobCard', id)
  if (!['assigned', 'waiting_parts', 'inspected'].includes(before.status)) {
    await move(context, id, 'inspect', () => Promise.resolve(changes), tellPhotos)
    return
  }
  const card = await changeRow(context, 'jobCard', before, changes)
  context.emit(JobCardInspected, card.version, await tellPhotos(card))
}

/** Throws `engineer_not_in_center` for anybody but an active engineer of the card's center. */
export async function assign(
  context: Moving,
  id: string,
  { assignedEngineer, engineerId }: z.infer<typeof AssignEngineer>,
): Promise<void> {
  const engineer = assignedEngineer ?? engineerId ?? ''
  await move(context, id, 'assign', async ({ serviceCenterId }) => {
    const person = await context.db
      .selectFrom('staff')
      .select('id')
      .where('id', '=', engineer)
      .where('role', 'in', ['technician', 'engineer'])
      .where('status', '=', 'active')
      .where(sql<boolean>`${serviceCenterId}::uuid = any (service_center_ids)`)
      .executeTakeFirst()
    if (!person) throw problem('engineer_not_in_center')
    return { assignedEngineer: engineer, assignedDate: now }
  })
}

export async function start(context: Moving, id: string): Promise<void> {
  await move(context, id, 'start', (card) => {
    refuseForeignCard(context.me, card)
    return Promise.resolve({ startedAt: now })
  })
}

/** Parts are used, open steps done, and the service request completed with it. */
export async function complete(
  context: Moving,
  id: string,
  { notes, ...body }: CompleteJobCard,
): Promise<void> {
  const card = await move(context, id, 'complete', async (before) => {
    refuseForeignCard(context.me, before)
    await useParts(context, before, body)
    await completeSteps(context, id)
    await applyDone(context, before, { isOver: true })
    return { completedAt: now, ...given({ engineerNotes: notes }) }
  })
  await moveRequest(context, card, 'complete')
}

/**
 * The customer is asked for feedback, once for each delivery. Throws `payment_outstanding` where
 * administrators have decided that the invoice comes first.
 */
export async function deliver(context: Moving, id: string): Promise<void> {
  const card = await move(context, id, 'deliver', ({ paymentStatus }) => {
    if (context.settingOf('deliveryNeedsPayment') && paymentStatus !== 'paid') {
      throw problem('payment_outstanding')
    }
    return Promise.resolve({ deliveredAt: now })
  })
  await sendLink(context, { purpose: 'feedback', subjectId: id }, card)
}

/** What was set aside goes back, and the service request may have another card. */
export async function cancel(
  context: Moving,
  id: string,
  { reason }: z.infer<typeof Refuse>,
): Promise<void> {
  const card = await move(context, id, 'cancel', async () => {
    await withdrawParts(context, id)
    return { reason, partsOpen: 0 }
  })
  await moveRequest(context, card, 'reopen')
}

async function moveRequest(
  context: Moving,
  { serviceRequestId: id }: JobCardRow,
  name: 'complete' | 'reopen',
): Promise<void> {
  const step = { table: 'serviceRequest', id, move: name, tell: stateOf }
  await transition(asHouse(context), requests, step)
}

/** Writes how steps stand. Throws `not_found` for a step that is not of this card. */
export async function keepSteps(
  { db, me }: Moving,
  card: JobCardRow,
  steps: NonNullable<z.infer<typeof ChangeJobCard>['services']>,
): Promise<void> {
  if (steps.length > 0 && ['completed', 'delivered', 'cancelled'].includes(card.status)) {
    throw problem('state_forbids', { status: card.status })
  }
  for (const { id, status, actualTime } of steps) {
    const isDone = status === 'completed'
    const done = isDone ? { completedBy: me.userId, completedAt: now } : {}
    const step = await db
      .updateTable('jobCardService')
      .set({ ...given({ status, actualTimeMilli: actualTime }), ...done, position: sql`position` })
      .where('id', '=', id)
      .where('jobCardId', '=', card.id)
      .returning('id')
      .executeTakeFirst()
    if (!step) throw problem('not_found')
  }
}
