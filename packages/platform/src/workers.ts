import type { Consumer } from './consumer.ts'
import { deliver, groupOf } from './delivery.ts'
import { groupOfConsumer, type Group } from './groups.ts'
import type { House } from './house.ts'
import { housekeeping, startJob, type Job, type RunningJob } from './job.ts'
import type { Bus, Stop } from './bus.ts'
import { pausable } from './pause.ts'
import { sweeper } from './projection-sweep.ts'
import { followProjections, type AnyProjection } from './projection.ts'
import { redriver } from './redrive.ts'
import { startRelay, type Relay } from './relay.ts'
import { access } from './replica.ts'
import { runDueTimers, type Timer } from './timer.ts'
import { startWatchdog } from './watchdog.ts'

export interface Workers {
  relay: Relay
  /** Whether every consumer has joined its group at least once. */
  readonly joined: boolean
  /** The groups whose consumers run here. */
  readonly groups: Group[]
  /** Seconds since all that is known of roles and sessions had arrived. */
  readonly accessAgeS: number
  stop(): Promise<void>
}

interface Work {
  consumers: Consumer<never, never>[]
  projections: readonly AnyProjection[]
  timers: Timer<never, never>[]
  jobs: Job<never, never>[]
  /** What to do with a consumer that stands still. */
  stalled(group: string): void
  stallMs: number
}

/** Starts what a service does without being asked: relay, consumers, deadlines and jobs. */
export function startWorkers(house: House, bus: Bus, work: Work): Workers {
  const { service, pool, log, tracer, wakeRelay } = house
  const { projections, stalled, stallMs } = work
  const means = house.means as never
  const relay = startRelay({ service, pool, bus, log, tracer })
  const clock: Job<never, never> = {
    name: 'timers',
    everyMs: 500,
    run: () => runDueTimers({ service, pool, log, tracer, means, wakeRelay, timers: work.timers }),
  }
  const rest = pausable()
  const jobs = new Map<string, RunningJob>()
  const wakeJob = (name: string) => jobs.get(name)?.wake()
  const consumers = [access as unknown as Consumer<never, never>, ...work.consumers]
  const running = () => [...consumers, ...followed.consumers]
  const groups = () => running().map((one) => groupOfConsumer(service, one))
  const dog = startWatchdog({ bus, log, groups, stalled, stallMs })
  const calls = { wakeRelay, wakeJob, moved: dog.moved }
  const start = (consumer: Consumer<never, never>) =>
    deliver({ service, pool, bus, log, tracer, means, ...calls, consumer })
  const followed = followProjections({ pool, log, projections, start })
  const again = redriver({
    ...{ service, pool, bus, log, tracer, means, wakeRelay, wakeJob, consumers: running },
    isStopped: () => rest.stopped,
  })
  const own = [housekeeping, again] as unknown as Job<never, never>[]
  // Ours look whether there is something to do; a span of each look would tell nothing.
  for (const job of [clock, ...own, sweeper(service, projections)]) {
    jobs.set(job.name, startJob(job, pool, log, means))
  }
  for (const job of work.jobs) jobs.set(job.name, startJob(job, pool, log, means, tracer))
  const stops: Stop[] = []
  const joining = Promise.all(
    consumers.map(async (consumer) => {
      while (!rest.stopped) {
        try {
          stops.push(await start(consumer))
          return
        } catch (error) {
          log.warn({ error, consumer: consumer.purpose }, 'A consumer cannot join its group yet.')
          await rest.pause(1_000)
        }
      }
    }),
  )
  return {
    relay,
    get joined() {
      return stops.length === consumers.length && followed.joined
    },
    get groups() {
      return groups()
    },
    get accessAgeS() {
      return dog.ageOf(groupOf(service, access))
    },
    async stop() {
      rest.stop()
      await dog.stop()
      await joining
      await Promise.all([followed.stop(), ...stops.map((stop) => stop())])
      await Promise.all([...jobs.values()].map((job) => job.stop()))
      await relay.stop()
    },
  }
}
