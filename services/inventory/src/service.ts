import { service } from '@forecourt/platform/service'
import { z } from 'zod'
import * as alert from './alert/alert.routes.ts'
import * as item from './item/item.routes.ts'
import * as kept from './personal-data/personal-data.routes.ts'
import { partsRequests } from './reservation/reservation.consumers.ts'
import { expireReservation } from './reservation/reservation.jobs.ts'
import { lifecycle as reservationLifecycle } from './reservation/reservation.queries.ts'
import { serviceCenters } from './service-center/service-center.consumers.ts'
import * as stock from './stock/stock.routes.ts'

export const inventory = service({
  name: 'inventory',
  about: 'Items, their stock and what is set aside of it',
  config: z.object({}),
  migrations: [new URL('../migrations/', import.meta.url)],
  means: ({ personal, settingOf }) => ({ personal, settingOf }),
  endpoints: [
    ...Object.values(item),
    ...Object.values(stock),
    ...Object.values(alert),
    ...Object.values(kept),
  ],
  lifecycles: { reservation: reservationLifecycle },
  consumers: [serviceCenters, partsRequests],
  timers: [expireReservation],
})
