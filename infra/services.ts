import { billing } from '@forecourt/billing/service'
import { customerVehicle } from '@forecourt/customer-vehicle/service'
import { identity } from '@forecourt/identity/service'
import { inventory } from '@forecourt/inventory/service'
import { notification } from '@forecourt/notification/service'
import type { AnyService } from '@forecourt/platform/service'
import { reporting } from '@forecourt/reporting/service'
import { workshop } from '@forecourt/workshop/service'

/** Every service of the house, for what concerns all of them: schemas, topics, documentation. */
export const services: AnyService[] = [
  identity,
  customerVehicle,
  inventory,
  workshop,
  billing,
  notification,
  reporting,
]
