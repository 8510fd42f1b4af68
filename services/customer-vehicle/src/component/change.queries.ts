import { randomUUIDv7 } from 'node:crypto'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { given } from '@forecourt/platform/table'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Here, Means, Tables } from '../db.ts'
import { componentsOf, graphicalOf } from './component.queries.ts'
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

interface Locking extends Pick<Means, 'components'> {
  db: Kysely<Tables>
  /** The version of the picture that a person expects, if one was named. */
  expectedVersion?: number | undefined
}

/**
 * Locks a vehicle, so that those who change its components do so in turn, and gives it those that
 * every vehicle has. Throws `not_found`, and `version_changed` where the picture is another by now.
 */
export async function lockComponents(context: Locking, vehicleId: string): Promise<void> {
  await lockVehicle(context.db, vehicleId)
  await countChange(context, vehicleId)
}

/** Counts a change of a locked vehicle's picture, and gives it what every vehicle has. */
async function countChange(
  { db, components, expectedVersion }: Locking,
  vehicleId: string,
): Promise<void> {
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

async function lockVehicle(db: Kysely<Tables>, id: string): Promise<void> {
  const vehicles = db.selectFrom('vehicle').select('id').where('id', '=', id)
  if (!(await vehicles.forUpdate().executeTakeFirst())) throw problem('not_found')
}

/** Changes several components, or adds them. */
export async function changeGraphical(
  context: Here,
  vehicleId: string,
  { components }: z.infer<typeof ChangeGraphical>,
): Promise<void> {
  const { db, was } = context
  await lockVehicle(db, vehicleId)
  // Before it is counted on, and given what every vehicle has.
  was(await graphicalOf(context, vehicleId))
  await countChange(context, vehicleId)
  const rows = await componentsOf(db, vehicleId).execute()
  const known = new Map(rows.map((row) => [row.componentId, row]))
  for (const { id, ...change } of components) {
    const before = known.get(id) ?? (await addComponent(db, vehicleId, id, change))
    known.set(id, await changeComponent(context, before, change))
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

/** Locks a vehicle for a change of one component, which it answers. Throws `not_found`. */
export async function lockComponent(
  context: Here,
  vehicleId: string,
  componentId: string,
): Promise<VehicleComponentRow> {
  await lockComponents(context, vehicleId)
  const before = await findComponent(context.db, vehicleId, componentId)
  if (!before) throw problem('not_found')
  context.was(before)
  return before
}

/** Changes one component of a locked vehicle by what was given. Throws `not_found`. */
export async function changeComponent(
  { db, me, now }: Here,
  before: VehicleComponentRow,
  { issues = [], position, serviceInterval, nextServiceDate: next, ...change }: ChangeComponent,
): Promise<VehicleComponentRow> {
  const { vehicleId, componentId } = before
  const status = statusToldBy(before.status, { ...change, issues })
  const changes = given({ ...change, status, serviceIntervalDays: serviceInterval })
  const dates = [before, { ...before, ...changes }].map(nextServiceDate)
  if (next !== undefined && !dates.includes(next)) {
    const message = 'Follows from lastServiceDate and serviceInterval: change those'
    throw fieldProblem('nextServiceDate', message)
  }
  const moved = position && { positionX: position.x, positionY: position.y }
  const judged = status && { statusAt: now }
  const changed = await db
    .updateTable('vehicleComponent')
    .set({ ...changes, ...moved, ...judged })
    .set({ updatedAt: sql`now()` })
    .where('vehicleId', '=', vehicleId)
    .where('componentId', '=', componentId)
    .returningAll()
    .executeTakeFirstOrThrow()
  await keepIssues({ db, me, now }, { vehicleId, componentId }, issues)
  return changed
}

/** Notes what is wrong with a component, which is doubtful from then on. Throws `not_found`. */
export async function reportIssue(
  context: Here,
  vehicleId: string,
  componentId: string,
  issue: z.infer<typeof ReportIssue>,
): Promise<void> {
  const { db, me, now } = context
  const before = await lockComponent(context, vehicleId, componentId)
  const whose = { vehicleId, componentId, reportedAt: now, reportedBy: me.userId }
  await db
    .insertInto('componentIssue')
    .values({ id: randomUUIDv7(), ...whose, ...issue })
    .execute()
  const status = statusWithIssue(before.status, issue)
  await changeComponent(context, before, { status })
}
