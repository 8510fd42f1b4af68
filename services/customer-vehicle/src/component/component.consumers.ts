import { ComponentWorkRecorded } from '@forecourt/contracts/component-work-events'
import { ComponentStatus } from '@forecourt/contracts/vehicle-component'
import { NotYet } from '@forecourt/platform/consumer'
import { consumer, on } from '../db.ts'
import { centersOfVehicle } from '../vehicle/vehicle.queries.ts'
import { lockComponents, recordWork } from './change.queries.ts'

/** What job cards did to the components of vehicles. */
export const componentWork = consumer('component-work', [
  on(ComponentWorkRecorded, async ({ db, components, event }, told) => {
    const { componentWorkId: id, change: type, status, lineId: _, ...work } = told
    const centers = await centersOfVehicle(db, work.vehicleId)
    // A vehicle that is no more has no components.
    if (centers.length === 0) return
    // The visit, which lets the center serve the vehicle, comes by another topic.
    if (!centers.includes(work.serviceCenterId)) throw new NotYet('visit of', work.vehicleId)
    await lockComponents(db, work.vehicleId, components)
    const known = ComponentStatus.safeParse(status).data ?? null
    await recordWork(db, { id, type, ...work }, { status: known, at: event.time })
  }),
])
