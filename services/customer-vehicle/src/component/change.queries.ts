import { randomUUIDv7 } from 'node:crypto'
import type { ComponentStatus } from '@forecourt/contracts/vehicle-component'
import type { Context } from '@forecourt/platform/endpoint'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { given } from '@forecourt/platform/table'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables } from '../db.ts'
import {
  startingComponent,
  statusWithIssue,
  type ChangeComponent,
  type ChangeGraphical,
  type ReportIssue,
  type StartingComponent,
  type VehicleComponentRow,
} from './component.ts'

type Changing = Context<Tables> & Means

/**
 * Locks a vehicle, so that those who change its components do so in turn, and gives it those that
 * every vehicle has. Throws `not_found`.
 */
export async function lockComponents(
  db: Kysely<Tables>,
  vehicleId: string,
  components: readonly StartingComponent[],
): Promise<void> {
  const vehicles = db.selectFrom('vehicle').select('id').where('id', '=', vehicleId)
  if (!(await vehicles.forUpdate().executeTakeFirst())) throw problem('not_found')
  await db
    .insertInto('vehicleComponent')
    .values(components.map((component) => ({ ...component, vehicleId })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Changes several components, or adds them. */
export async function changeGraphical(
  context: Changing,
  vehicleId: string,
  { components }: z.infer<typeof ChangeGraphical>,
): Promise<void> {
  await lockComponents(context.db, vehicleId, context.components)
  for (const { id, ...change } of components) {
    const before = await findComponent(context.db, vehicleId, id)
    if (!before) await addComponent(context.db, vehicleId, id, change)
    await changeComponent(context, vehicleId, id, change)
  }
}

function findComponent(
  db: Kysely<Tables>,
  vehicleId: string,
  componentId: string,
): Promise<VehicleComponentRow | undefined> {
  return db
    .selectFrom('vehicleComponent')
    .selectAll()
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
    .executeTakeFirst()
}

async function addComponent(
  db: Kysely<Tables>,
  vehicleId: string,
  id: string,
  { name, category }: ChangeComponent,
): Promise<void> {
  if (!name || !category) {
    throw fieldProblem('components', `${id} is new here and needs a name and a category`)
  }
  await db
    .insertInto('vehicleComponent')
    .values({ ...startingComponent(id, category, { name }), vehicleId })
    .execute()
}

/** Changes one component of a locked vehicle by what was given. Throws `not_found`. */
export async function changeComponent(
  { db, was, now }: Changing,
  vehicleId: string,
  componentId: string,
  { issues = [], position, serviceInterval, ...change }: ChangeComponent,
): Promise<void> {
  const before = await findComponent(db, vehicleId, componentId)
  if (!before) throw problem('not_found')
  was(before)
  const moved = position && { positionX: position.x, positionY: position.y }
  const judged = change.status && { statusAt: now }
  await db
    .updateTable('vehicleComponent')
    .set({ ...given({ ...change, serviceIntervalDays: serviceInterval }), ...moved, ...judged })
    .set({ updatedAt: sql`now()` })
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
    .execute()
  for (const { id, resolved } of issues) {
    const issue = await db
      .updateTable('componentIssue')
      .set({ resolvedAt: resolved ? sql<string>`coalesce(resolved_at, ${now})` : null })
      .where('id', '=', id)
      .where('vehicleId', '=', vehicleId)
      .where('componentId', '=', componentId)
      .returning('id')
      .executeTakeFirst()
    if (!issue) throw problem('not_found')
  }
}

/** Notes what is wrong with a component, which is doubtful from then on. Throws `not_found`. */
export async function reportIssue(
  context: Changing,
  vehicleId: string,
  componentId: string,
  issue: z.infer<typeof ReportIssue>,
): Promise<void> {
  const { db, me, now } = context
  await lockComponents(db, vehicleId, context.components)
  const before = await findComponent(db, vehicleId, componentId)
  if (!before) throw problem('not_found')
  const whose = { vehicleId, componentId, reportedAt: now, reportedBy: me.userId }
  await db
    .insertInto('componentIssue')
    .values({ id: randomUUIDv7(), ...whose, ...issue })
    .execute()
  const status = statusWithIssue(before.status, issue)
  await changeComponent(context, vehicleId, componentId, { status })
}

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
  if (!(await findComponent(db, vehicleId, componentId))) {
    await addComponent(db, vehicleId, componentId, { name: nameOf(componentId), category: 'other' })
  }
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

function nameOf(componentId: string): string {
  return componentId.replaceAll('_', ' ')
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
    .where('reportedAt', '<=', at)
    .where('resolvedAt', 'is', null)
    .execute()
}
