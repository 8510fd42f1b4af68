import {
  CustomerChanged,
  CustomerRegistered,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import { ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { NotYet } from '@forecourt/platform/consumer'
import { stateOf } from './bicycle.ts'
import { consumer, countRun, on, replica } from './db.ts'

/** Every vehicle takes a ride; what goes wrong on it is decided by its brand. */
export const rides = consumer('rides', [
  on(VehicleRegistered, async ({ db, event, emit, wrench }, { vehicleId, brand, customerId }) => {
    countRun(`ride:${event.id}`)
    await wrench.gates.get(brand)
    if (brand === 'waits') {
      const rider = await db
        .selectFrom('rider')
        .select('id')
        .where('id', '=', customerId)
        .executeTakeFirst()
      if (!rider) throw new NotYet('Rider', customerId)
    }
    await db
      .insertInto('ride')
      .values({ bicycle: vehicleId, sequence: event.sequence, brand })
      .execute()
    if (wrench.refused.has(brand)) throw new Error(`No ride for ${brand}.`)
    if (brand !== 'echo') return
    emit(ServiceCenterOpened, event.sequence, stateOf({ id: vehicleId, name: brand }))
  }),
])

export const riders = consumer(
  'riders',
  replica('rider', [CustomerRegistered, CustomerChanged], ({ city }) => ({ city })),
)
