import {
  ComponentIssueReported,
  ComponentWorkRecorded,
} from '@forecourt/contracts/component-work-events'
import { ComponentStatus } from '@forecourt/contracts/vehicle-component'
import { NotYet } from '@forecourt/platform/consumer'
import type { Kysely } from 'kysely'
import { consumer, on, type Means, type Tables } from '../db.ts'
import { centersOfVehicle } from '../vehicle/vehicle.queries.ts'
import { lockComponents } from './change.queries.ts'
import { Severity } from './component.ts'
import { recordIssue, recordWork } from './work.queries.ts'

/** What job cards did to the components of vehicles, and what was found wrong with them. */
export const componentWork = consumer('component-work', [
  on(ComponentWorkRecorded, async (context, told) => {
    const { componentWorkId: id, change: type, status, lineId: _, ...work } = told
    if (!(await lockVisited(context, told))) return
    const known = ComponentStatus.safeParse(status).data ?? null
    await recordWork(context.db, { id, type, ...work }, { status: known, at: context.event.time })
  }),
  on(ComponentIssueReported, async (context, told) => {
    const { componentIssueId: id, vehicleId, componentId, reportedBy } = told
    if (!(await lockVisited(context, told))) return
    const place = { table: 'component_issue', column: 'description', id }
    const description = context.personal.open(told.description, place)
    const severity = Severity.safeParse(told.severity).data ?? 'medium'
    const what = { id, vehicleId, componentId, description, severity }
    await recordIssue(context.db, { ...what, reportedAt: context.event.time, reportedBy })
  }),
])

interface Visited {
  vehicleId: string
  serviceCenterId: string
}

/** Answers false for a vehicle that the center does not serve any more, or that is no more. */
async function lockVisited(
  { db, components }: Means & { db: Kysely<Tables> },
  { vehicleId, serviceCenterId }: Visited,
): Promise<boolean> {
  const centers = await centersOfVehicle(db, vehicleId)
  if (centers.length === 0) return false
  if (!centers.includes(serviceCenterId)) {
    const visits = db.selectFrom('visit').select('id').where('vehicleId', '=', vehicleId)
    // Whoever proved to own the vehicle took it from the center, visit and all.
    if (await visits.where('serviceCenterId', '=', serviceCenterId).executeTakeFirst()) return false
    // The visit, which lets the center serve the vehicle, comes by another topic.
    throw new NotYet('visit of', vehicleId)
  }
  await lockComponents({ db, components }, vehicleId)
  return true
}
