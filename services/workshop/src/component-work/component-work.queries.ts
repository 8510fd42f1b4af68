import { randomUUIDv7 } from 'node:crypto'
import {
  ComponentIssueReported,
  ComponentWorkRecorded,
} from '@forecourt/contracts/component-work-events'
import type { Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables, Writing } from '../db.ts'
import { proposedOf, servicesOf } from '../job-card/job-card.queries.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import {
  nameOf,
  proposalOf,
  proposalsOf,
  type ApplyComponentWork,
  type ComponentUpdate,
  type ComponentWorkRow,
  type Proposal,
  type Step,
} from './component-work.ts'

type Applying = Writing & Means & { me: Me }

/** The steps of a card that are not skipped, and what the customer agreed to beside them. */
async function stepsOf(db: Kysely<Tables>, card: JobCardRow): Promise<Step[]> {
  const [services, additional] = await Promise.all([
    servicesOf(db, card.id),
    proposedOf(db, card.id),
  ])
  const isOver = card.completedAt !== null
  return [
    ...services
      .filter(({ status }) => status !== 'skipped')
      .map(({ id, serviceType, description, priceMinor, status }) => ({
        lineId: id,
        serviceType,
        description,
        costMinor: priceMinor,
        isDone: status === 'completed',
      })),
    ...additional
      .filter(({ decision }) => decision === 'approved')
      .map(({ id, description, costMinor }) => {
        return { lineId: id, serviceType: '', description, costMinor, isDone: isOver }
      }),
  ]
}

function worksOf(db: Kysely<Tables>, cardId: string): Promise<ComponentWorkRow[]> {
  return db
    .selectFrom('componentWork')
    .selectAll()
    .where('jobCardId', '=', cardId)
    .orderBy('id')
    .execute()
}

/** What was applied of a card, and what it would still change. */
export async function updatesOf(
  db: Kysely<Tables>,
  card: JobCardRow,
): Promise<z.output<typeof ComponentUpdate>[]> {
  const [steps, works] = await Promise.all([stepsOf(db, card), worksOf(db, card.id)])
  const proposals = proposalsOf(steps)
  return steps.flatMap(({ lineId, isDone }) => {
    const applied = works.filter((work) => work.lineId === lineId)
    const open = proposals.filter(
      (proposal) =>
        proposal.lineId === lineId &&
        !applied.some(({ componentId }) => componentId === proposal.componentId),
    )
    return [
      ...applied.map((work) => shown({ ...work, isDone }, work.createdAt)),
      ...open.map((proposal) => shown(proposal, null)),
    ]
  })
}

function shown(proposal: Proposal, appliedAt: string | null): z.output<typeof ComponentUpdate> {
  const { lineId, componentId, change, description, costMinor, status, isDone } = proposal
  const what = { serviceId: lineId, componentId, name: nameOf(componentId), change, description }
  return { ...what, cost: costMinor, status, done: isDone, applied: appliedAt !== null, appliedAt }
}

/** Applies what is done of a locked card; with the completion, all the rest. */
export async function applyDone(
  applying: Applying,
  card: JobCardRow,
  { isOver } = { isOver: false },
): Promise<void> {
  const proposals = proposalsOf(await stepsOf(applying.db, card))
  await apply(
    applying,
    card,
    proposals.filter(({ isDone }) => isDone || isOver),
  )
}

/** Applies what somebody named, whether the step is done or not. Throws `component_untouched`. */
export async function applyNamed(
  applying: Applying,
  card: JobCardRow,
  named: NonNullable<ApplyComponentWork['components']>,
): Promise<void> {
  const steps = await stepsOf(applying.db, card)
  const meant = proposalsOf(steps)
  const proposals = named.flatMap(
    ({ componentId, serviceId, issue, status = issue && 'warning' }) => {
      const known = meant.filter(
        (one) => one.componentId === componentId && (!serviceId || one.lineId === serviceId),
      )
      const step = steps.find(({ lineId }) => lineId === serviceId)
      // A person knows better than the words of the step what it is about.
      const own = step && known.length === 0 ? [proposalOf(step, componentId, 0)] : known
      if (own.length === 0) throw problem('component_untouched')
      return own.map((proposal) => ({ ...proposal, issue, ...(status && { status }) }))
    },
  )
  await apply(applying, card, proposals)
}

/** Each once, and one event for each; what was applied before stays as it was. */
async function apply(
  applying: Applying,
  { id: jobCardId, vehicleId, serviceCenterId, currency }: JobCardRow,
  proposals: readonly Proposal[],
): Promise<void> {
  if (proposals.length === 0) return
  const { db, emit, me } = applying
  const card = { jobCardId, vehicleId, serviceCenterId, currency, recordedBy: me.userId }
  const rows = await db
    .insertInto('componentWork')
    .values(
      proposals.map((proposal) => {
        const { isDone: _, issue: __, ...work } = proposal
        return { id: randomUUIDv7(), ...card, ...work }
      }),
    )
    .onConflict((conflict) => conflict.columns(['lineId', 'componentId']).doNothing())
    .returningAll()
    .execute()
  for (const row of rows) {
    const { id, recordedBy: _, createdAt: __, ...work } = row
    emit(ComponentWorkRecorded, 1, { componentWorkId: id, ...work })
    const isIts = (one: Proposal) =>
      one.lineId === row.lineId && one.componentId === row.componentId
    const issue = proposals.find(isIts)?.issue
    if (issue) tellIssue(applying, row, issue)
  }
}

function tellIssue({ emit, personal }: Applying, row: ComponentWorkRow, issue: string): void {
  const { jobCardId, vehicleId, serviceCenterId, componentId, status, recordedBy } = row
  const componentIssueId = randomUUIDv7()
  const place = { table: 'component_issue', column: 'description', id: componentIssueId }
  emit(ComponentIssueReported, 1, {
    componentIssueId,
    ...{ jobCardId, vehicleId, serviceCenterId, componentId },
    severity: status === 'critical' ? 'critical' : 'medium',
    description: personal.seal(issue, place),
    reportedBy: recordedBy,
  })
}
