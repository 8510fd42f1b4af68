import { ServiceCenterChanged, ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { consumer, replica } from '../db.ts'

/** Keeps the centers that registrations belong to. */
export const serviceCenters = consumer(
  'service-centers',
  replica('serviceCenter', [ServiceCenterOpened, ServiceCenterChanged], (center) => ({
    code: center.code,
    name: center.name,
    isActive: center.isActive,
    isHeadOffice: center.isHeadOffice,
    pinPrefixes: center.pinPrefixes,
    state: center.state,
    timeZone: center.timeZone,
    // The license of its trade is what a garage has, and no center of the dealer group.
    isGarage: typeof center.tradeLicenseNumber === 'string',
  })),
)
