import { serviceNames } from '@forecourt/contracts/service-name'
import { z } from 'zod'
import type { Bus } from './bus.ts'
import { declaredGroups, type Group, type Listening } from './groups.ts'
import type { House } from './house.ts'
import { roadOver } from './over.ts'
import { checksOf, inTime } from './probes.ts'
import { standingOf } from './standing.ts'
import type { Workers } from './workers.ts'

/** An event that waits longer for the broker than this is worth a look. */
const LATE_S = 60

const Count = z.number().int()

/** How one service is, as administrators see it. */
export const ServiceHealth = z
  .object({
    service: z.enum(serviceNames),
    status: z
      .enum(['healthy', 'degraded', 'not_ready'])
      .describe('`degraded`: it works, but something is parked, dead, late or not known.'),
    checks: z.record(z.string(), z.boolean()).describe('What it needs to be ready.'),
    outbox: z
      .object({ rows: Count, parked: Count, oldestSeconds: z.number() })
      .nullable()
      .describe('Events that wait for the broker.'),
    deadLetters: z.object({ poison: Count, failed: Count, held: Count }).nullable(),
    consumers: z.array(
      z.object({ consumer: z.string(), lag: Count.nullable().describe('Null: not known.') }),
    ),
  })
  .meta({ id: 'ServiceHealth' })
export type ServiceHealth = z.infer<typeof ServiceHealth>

/** What the platform gives to its own endpoint, beside the means of the service. */
export interface HealthMeans {
  health(): Promise<ServiceHealth>
}

export const showHealth = roadOver<object, HealthMeans>().endpoint(
  'GET /admin/system-health/:service',
  {
    about: 'Show how a service is: what it needs, and what waits, is parked or dead in it.',
    may: 'system.read',
    returns: ServiceHealth,
    handle: ({ health }) => health(),
  },
)

export interface Examined {
  house: House
  bus: Bus
  service: Listening
  workers: Workers | undefined
}

/** Answers within a second or two, whatever is away. */
export async function healthOf(examined: Examined): Promise<ServiceHealth> {
  const { house, bus, workers } = examined
  const { pool, service } = house
  const groups = workers?.groups ?? declaredGroups(examined.service)
  const lagOf = async ({ group, topics }: Group) => {
    const lag = await inTime(bus.lagOf(group, topics))
    return { consumer: group, lag: lag === false ? null : lag }
  }
  const [checks, standing, consumers] = await Promise.all([
    checksOf(house, workers),
    inTime(standingOf(pool)),
    Promise.all(groups.map(lagOf)),
  ])
  const { outbox = null, deadLetters = null } = standing || {}
  const isReady = Object.values(checks).every(Boolean)
  const isDue = outbox?.parked === 0 && outbox.oldestSeconds < LATE_S
  const isAlive = deadLetters !== null && deadLetters.poison + deadLetters.failed === 0
  const isKnown = consumers.every(({ lag }) => lag !== null)
  const health = isDue && isAlive && isKnown ? 'healthy' : 'degraded'
  const status = isReady ? health : 'not_ready'
  return { service, status, checks, outbox, deadLetters, consumers }
}
