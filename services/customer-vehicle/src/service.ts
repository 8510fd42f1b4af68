import { forgetCodes } from '@forecourt/otp/forget'
import { OtpConfig, openOtp } from '@forecourt/otp/means'
import { service } from '@forecourt/platform/service'
import { openStorage, StorageConfig } from '@forecourt/storage/config'
import * as brand from './brand/brand.routes.ts'
import { componentWork } from './component/component.consumers.ts'
import * as component from './component/component.routes.ts'
import { accounts } from './customer/account.consumers.ts'
import { retellCustomers } from './customer/retelling.queries.ts'
import { fillWithCrowd } from './crowd/crowd.queries.ts'
import * as customer from './customer/customer.routes.ts'
import * as lookup from './customer/lookup.routes.ts'
import * as outreach from './customer/outreach.routes.ts'
import type { Means } from './db.ts'
import { endKey } from './erasure/erasure.jobs.ts'
import * as erasure from './erasure/erasure.routes.ts'
import * as kept from './erasure/export.routes.ts'
import { fileLinks } from './file/file-link.adapter.ts'
import { accountFiles, inspectionPhotos } from './file/file.consumers.ts'
import { dropUnattached } from './file/file.jobs.ts'
import * as file from './file/file.routes.ts'
import { openMatters } from './open-matter/open-matter.consumers.ts'
import * as place from './place/place.routes.ts'
import { openComponents, openPlaces } from './reference/reference.adapter.ts'
import { lapseRegistration } from './registration/registration.jobs.ts'
import { lifecycle as registrationLifecycle } from './registration/registration.queries.ts'
import * as registration from './registration/registration.routes.ts'
import * as verification from './registration/verification.routes.ts'
import { seedBrands } from './seed.ts'
import { serviceCenters } from './service-center/service-center.consumers.ts'
import * as move from './vehicle/move.routes.ts'
import { lifecycle as vehicleLifecycle } from './vehicle/vehicle.queries.ts'
import { retellVehicles } from './vehicle/retelling.queries.ts'
import * as vehicle from './vehicle/vehicle.routes.ts'
import { visitInvoices, visits } from './visit/visit.consumers.ts'
import * as visit from './visit/visit.routes.ts'

export const customerVehicle = service({
  name: 'customer-vehicle',
  about: 'Customers, their vehicles and how they register',
  config: OtpConfig.extend(StorageConfig.shape),
  migrations: [
    new URL('../migrations/', import.meta.url),
    new URL('../../../packages/otp/migrations/', import.meta.url),
  ],
  means: async ({ config, pool, redis, personal, settingOf }): Promise<Means> => {
    await seedBrands(pool)
    return {
      personal,
      settingOf,
      otp: openOtp(config, redis),
      places: await openPlaces(),
      components: await openComponents(),
      storage: await openStorage(config),
      fileLinks: fileLinks(config.PERSONAL_KEYS),
    }
  },
  close: async ({ storage }) => storage.close(),
  endpoints: [
    ...Object.values(place),
    ...Object.values(brand),
    ...Object.values(file),
    ...Object.values(customer),
    ...Object.values(lookup),
    ...Object.values(erasure),
    ...Object.values(kept),
    ...Object.values(outreach),
    ...Object.values(vehicle),
    ...Object.values(move),
    ...Object.values(visit),
    ...Object.values(component),
    ...Object.values(registration),
    ...Object.values(verification),
  ],
  commands: { crowd: fillWithCrowd },
  lifecycles: { registration: registrationLifecycle, vehicle: vehicleLifecycle },
  timers: [dropUnattached, lapseRegistration, endKey],
  jobs: [forgetCodes()],
  retellings: [retellCustomers, retellVehicles],
  consumers: [
    serviceCenters,
    accounts,
    visits,
    visitInvoices,
    componentWork,
    inspectionPhotos,
    accountFiles,
    openMatters,
  ],
})
