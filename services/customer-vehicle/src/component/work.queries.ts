import type { ComponentStatus } from '@forecourt/contracts/vehicle-component'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import { addComponent, findComponent } from './change.queries.ts'
import { statusWithIssue, type ComponentIssueRow } from './component.ts'

interface Work {
  id: string
  vehicleId: string
  componentId: string
  serviceCenterId: string
  jobCardId: string
  type: string
  description: string
  costMinor: number
  currency: string
}

/**
 * Writes what a job card did to a component of a locked vehicle: once, and what is older than what
 * is known leaves dates and status as they are.
 */
export async function recordWork(
  db: Kysely<Tables>,
  work: Work,
  { status, at }: { status: ComponentStatus | null; at: string },
): Promise<void> {
  const { vehicleId, componentId, serviceCenterId } = work
  await knownComponent(db, work)
  // A day is a day at the center that did the work.
  const day = sql<string>`(${at}::timestamptz at time zone coalesce(
    (select time_zone from service_center where id = ${serviceCenterId}::uuid), 'UTC'))::date`
  const added = await db
    .insertInto('componentHistory')
    .values({ ...work, servedOn: day })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!added) return
  const isNews = sql<boolean>`coalesce(status_at <= ${at}, true)`
  const wasServed = work.type !== 'inspected'
  await db
    .updateTable('vehicleComponent')
    .set({
      updatedAt: sql`now()`,
      ...(wasServed && { lastServiceDate: sql<string>`greatest(last_service_date, ${day})` }),
      ...(status && {
        status: sql<ComponentStatus>`case when ${isNews} then ${status} else status end`,
        statusAt: sql<string>`greatest(status_at, ${at}::timestamptz)`,
      }),
    })
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
    .execute()
  if (wasServed && status === 'healthy') await resolveIssues(db, work, at)
}

/** Notes what somebody found at a job card on a locked vehicle, once. */
export async function recordIssue(
  db: Kysely<Tables>,
  issue: Omit<ComponentIssueRow, 'resolvedAt'>,
): Promise<void> {
  const before = await knownComponent(db, issue)
  const added = await db
    .insertInto('componentIssue')
    .values(issue)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!added) return
  const { reportedAt: at } = issue
  await db
    .updateTable('vehicleComponent')
    .set({ status: statusWithIssue(before.status, issue), statusAt: at, updatedAt: sql`now()` })
    .where('vehicleId', '=', issue.vehicleId)
    .where('componentId', '=', issue.componentId)
    .where((eb) => eb.or([eb('statusAt', 'is', null), eb('statusAt', '<=', at)]))
    .execute()
}

/** One that the workshop knows and we do not is added under its id. */
async function knownComponent(
  db: Kysely<Tables>,
  { vehicleId, componentId }: Pick<Work, 'vehicleId' | 'componentId'>,
) {
  const known = await findComponent(db, vehicleId, componentId)
  if (known) return known
  const name = componentId.replaceAll('_', ' ')
  return addComponent(db, vehicleId, componentId, { name, category: 'other' })
}

/** What was wrong before the work is right since. */
async function resolveIssues(
  db: Kysely<Tables>,
  { vehicleId, componentId }: Work,
  at: string,
): Promise<void> {
  await db
    .updateTable('componentIssue')
    .set({ resolvedAt: at })
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
    .where('reportedAt', '<', at)
    .where('resolvedAt', 'is', null)
    .execute()
}
