import { service } from '@forecourt/platform/service'
import { z } from 'zod'
import { lifecycle } from './bicycle.ts'
import { chimes, polish } from './clockwork.ts'
import { riders, rides } from './consumers.ts'
import { type Means, type Tables, wrench } from './db.ts'
import * as deals from './deals.ts'
import * as routes from './routes.ts'
import * as faults from './faults.ts'

let opened = 0

/** The smallest service that uses everything the road has; it borrows the name of identity. */
export const bicycles = service<z.ZodObject, Tables, Means>({
  name: 'identity',
  about: 'Bicycles',
  config: z.object({}),
  migrations: [new URL('migrations/', import.meta.url)],
  means: () => ({ wrench, process: (opened += 1) }),
  endpoints: [...Object.values(routes), ...Object.values(deals), ...Object.values(faults)],
  lifecycles: { bicycle: lifecycle },
  consumers: [rides, riders],
  timers: [chimes],
  jobs: [polish],
})
