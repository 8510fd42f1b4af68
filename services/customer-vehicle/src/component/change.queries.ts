import { randomUUIDv7 } from 'node:crypto'
import type { Context } from '@forecourt/platform/endpoint'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { given } from '@forecourt/platform/table'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables } from '../db.ts'
import {
  statusToldBy,
  type ChangeComponent,
  type ChangeGraphical,
  type ReportIssue,
} from './change.ts'
import {
  nextServiceDate,
  startingComponent,
  statusWithIssue,
  type VehicleComponentRow,
} from './component.ts'
import { keepIssues } from './issue.queries.ts'

type Changing = Context<Tables> & Means

interface Locking extends Pick<Means, 'components'> {
  db: Kysely<Tables>
  /** The version of the picture that a person expects, if one was named. */
  expectedVersion?: number | undefined
}

/**
 * Locks a vehicle, so that those who change its components do so in turn, and gives it those that
 * every vehicle has. Throws `not_found`, and `version_changed` where the picture is another by now.
 */
export async function lockComponents(
  { db, components, expectedVersion }: Locking,
  vehicleId: string,
): Promise<void> {
  const vehicles = db.selectFrom('vehicle').select('id').where('id', '=', vehicleId)
  if (!(await vehicles.forUpdate().executeTakeFirst())) throw problem('not_found')
  const { version } = await db
    .insertInto('vehiclePicture')
    .values({ vehicleId, version: 2 })
    .onConflict((conflict) =>
      conflict.column('vehicleId').doUpdateSet({ version: sql`vehicle_picture.version + 1` }),
    )
    .returning('version')
    .executeTakeFirstOrThrow()
  if (expectedVersion !== undefined && version !== expectedVersion + 1) {
    throw problem('version_changed')
  }
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
  await lockComponents(context, vehicleId)
  for (const { id, ...change } of components) {
    const before = await findComponent(context.db, vehicleId, id)
    if (!before) await addComponent(context.db, vehicleId, id, change)
    await changeComponent(context, vehicleId, id, change)
  }
}

/** A component that something was said of. */
export function findComponent(
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

/** Adds a component that the vehicle does not have. */
export async function addComponent(
  db: Kysely<Tables>,
  vehicleId: string,
  id: string,
  { name, category }: ChangeComponent,
): Promise<VehicleComponentRow> {
  if (!name || !category) {
    throw fieldProblem('components', `${id} is new here and needs a name and a category`)
  }
  return db
    .insertInto('vehicleComponent')
    .values({ ...startingComponent(id, category, { name }), vehicleId })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Changes one component of a locked vehicle by what was given. Throws `not_found`. */
export async function changeComponent(
  { db, me, was, now }: Changing,
  vehicleId: string,
  componentId: string,
  { issues = [], position, serviceInterval, nextServiceDate: next, ...change }: ChangeComponent,
): Promise<void> {
  const before = await findComponent(db, vehicleId, componentId)
  if (!before) throw problem('not_found')
  was(before)
  const status = statusToldBy(before.status, { ...change, issues })
  const changes = given({ ...change, status, serviceIntervalDays: serviceInterval })
  const dates = [before, { ...before, ...changes }].map(nextServiceDate)
  if (next !== undefined && !dates.includes(next)) {
    const message = 'Follows from lastServiceDate and serviceInterval: change those'
    throw fieldProblem('nextServiceDate', message)
  }
  const moved = position && { positionX: position.x, positionY: position.y }
  const judged = status && { statusAt: now }
  await db
    .updateTable('vehicleComponent')
    .set({ ...changes, ...moved, ...judged })
    .set({ updatedAt: sql`now()` })
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
    .execute()
  await keepIssues({ db, me, now }, { vehicleId, componentId }, issues)
}

/** Notes what is wrong with a component, which is doubtful from then on. Throws `not_found`. */
export async function reportIssue(
  context: Changing,
  vehicleId: string,
  componentId: string,
  issue: z.infer<typeof ReportIssue>,
): Promise<void> {
  const { db, me, now } = context
  await lockComponents(context, vehicleId)
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
