import { serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import { chanceOf, type Chance } from './chance.ts'

export const programs = [...serviceNames, 'gateway', 'inbox'] as const
export const engines = ['postgres', 'kafka', 'redis'] as const

/** Services that run in two processes: one may die, and the other takes over. */
export const understudied = ['customer-vehicle', 'notification', 'reporting'] as const

/** `backend` is the one process of Postgres that serves one connection. */
export type Mortal = (typeof programs)[number] | (typeof engines)[number] | 'backend'

const channels = ['sms', 'whatsapp', 'email'] as const
const modes = ['refuse', 'error-500', 'rate-limit-429', 'accept-then-hang', 'hang'] as const

export type Fault =
  /** SIGKILL; two victims die at once. */
  | { act: 'kill'; victims: Mortal[] }
  /** SIGSTOP, and SIGCONT after `forMs`. */
  | { act: 'freeze'; victim: Mortal; forMs: number }
  /** Ends sessions of a service in the database: that of its relay's leader, or all. */
  | { act: 'cut'; service: ServiceName; sessions: 'relay' | 'all' }
  /**
   * One process of a service is frozen, and the session of the relay's leader ended: if that was
   * the one, it wakes up when another leads.
   */
  | { act: 'depose'; service: (typeof understudied)[number]; forMs: number }
  /** The provider behaves badly towards the next `count` messages of a channel. */
  | {
      act: 'disturb'
      channel: (typeof channels)[number]
      mode: (typeof modes)[number]
      count: number
    }

/** One fault and its moment, counted from the one before it. */
export interface Step {
  /** So many more commands must have been acknowledged … */
  acknowledged: number
  /** … and then so long is waited, so that no moment of a command is safe. */
  pauseMs: number
  fault: Fault
  /** In [0, 1): which one, where there are several of a victim. */
  lot: number
}

const weights: Record<Mortal, number> = {
  identity: 2,
  'customer-vehicle': 4,
  inventory: 3,
  workshop: 4,
  billing: 3,
  notification: 3,
  reporting: 2,
  gateway: 2,
  inbox: 1,
  postgres: 3,
  backend: 2,
  kafka: 3,
  redis: 2,
}
const lots = Object.entries(weights).flatMap(([name, weight]) =>
  Array.from({ length: weight }, () => name as Mortal),
)
/** Each is once the first victim before any is so again, as far as the kills reach. */
const mortals = Object.keys(weights) as Mortal[]

const TWO_AT_ONCE = 0.15
const NOT_DEADLY = 0.4

/** The faults of one campaign: exactly `kills` deaths, and between them what does not kill. */
export function scheduleOf(seed: number, kills: number): Step[] {
  const chance = chanceOf(`schedule ${seed}`)
  const order = shuffled(chance, mortals)
  const steps: Step[] = []
  for (let left = kills; left > 0;) {
    if (chance.happens(NOT_DEADLY)) steps.push(stepOf(chance, mildFault(chance)))
    const first = order.pop() ?? chance.pick(lots)
    const victims = [first]
    if (left > 1 && chance.happens(TWO_AT_ONCE)) victims.push(another(chance, first))
    steps.push(stepOf(chance, { act: 'kill', victims }))
    left -= victims.length
  }
  return steps
}

function stepOf(chance: Chance, fault: Fault): Step {
  const acknowledged = chance.between(1, 12)
  return { acknowledged, pauseMs: chance.between(0, 400), fault, lot: chance.share() }
}

function another(chance: Chance, first: Mortal): Mortal {
  return chance.pick(lots.filter((name) => name !== first))
}

function mildFault(chance: Chance): Fault {
  const act = chance.pick(['freeze', 'freeze', 'cut', 'depose', 'disturb'] as const)
  if (act === 'freeze') {
    const victim = chance.pick(lots)
    return { act, victim, forMs: frozenMs(chance, victim) }
  }
  if (act === 'cut') {
    return { act, service: chance.pick(serviceNames), sessions: chance.pick(['relay', 'all']) }
  }
  if (act === 'depose') {
    return { act, service: chance.pick(understudied), forMs: chance.between(1_500, 5_000) }
  }
  const count = chance.between(1, 3)
  return { act, channel: chance.pick(channels), mode: chance.pick(modes), count }
}

/** Now and then longer than a consumer may be silent in its group. */
function frozenMs(chance: Chance, victim: Mortal): number {
  // A message must not lie in a silent inbox for longer than the sender waits until it asks.
  if (victim === 'inbox') return chance.between(200, 2_000)
  return chance.happens(0.12) ? chance.between(9_000, 11_000) : chance.between(300, 4_000)
}

function shuffled<Item>(chance: Chance, items: readonly Item[]): Item[] {
  const drawn = items.map((item) => ({ item, at: chance.share() }))
  return drawn.toSorted((one, other) => one.at - other.at).map(({ item }) => item)
}
