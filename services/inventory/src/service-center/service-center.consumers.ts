import { ServiceCenterChanged, ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { consumer, replica } from '../db.ts'

/** Keeps the centers that stock may lie at. */
export const serviceCenters = consumer(
  'service-centers',
  replica('serviceCenter', [ServiceCenterOpened, ServiceCenterChanged], (center) => ({
    code: center.code,
    name: center.name,
    isActive: center.isActive,
  })),
)
