import { AuditRecorded } from './audit.ts'
import * as billing from './billing-events.ts'
import * as componentWork from './component-work-events.ts'
import * as customerVehicle from './customer-vehicle-events.ts'
import type { EventContract } from './event.ts'
import * as identity from './identity-events.ts'
import * as inventory from './inventory-events.ts'
import * as partsRequest from './parts-request-events.ts'
import * as workshop from './workshop-events.ts'

/** Every event of the house, in the order of its name. */
export const catalogue: EventContract[] = [
  ...eventsOf(identity),
  ...eventsOf(customerVehicle),
  ...eventsOf(inventory),
  ...eventsOf(workshop),
  ...eventsOf(partsRequest),
  ...eventsOf(componentWork),
  ...eventsOf(billing),
  ...eventsOf(AuditRecorded),
].toSorted((one, other) => one.name.localeCompare(other.name))

function eventsOf(declarations: object): EventContract[] {
  return Object.values(declarations).filter(
    (value): value is EventContract => typeof value === 'object' && 'topic' in value,
  )
}
