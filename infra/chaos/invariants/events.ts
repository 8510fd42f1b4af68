import { topics } from '@forecourt/contracts/topic'
import { commandsOf } from '../evidence/world.ts'
import type { Told } from '../evidence/topics.ts'
import { difference, repeated, type Invariant } from './invariant.ts'

/** Topics whose events carry one version each and end with it. */
const said = ['customer-vehicle.otp.v1', 'customer-vehicle.outreach.v1', 'workshop.link.v1']

/** Rows whose first version is told of by nothing: a level that is opened is filled at once. */
const firstTold: Record<string, number> = {
  'identity.session.v1': 2,
  'inventory.stock-level.v1': 2,
}

export const eventInvariants: Invariant[] = [
  {
    promise: 'every version of a row is told in exactly one event, and no other is told',
    *broken({ told, tables: { owned, sessions } }) {
      // A session is told of only when it ends, which raises its version once.
      const ended = sessions.filter(({ isEnded }) => isEnded)
      const rows = { ...owned, 'identity.session.v1': ended }
      for (const [topic, all] of Object.entries(rows)) {
        const first = firstTold[topic] ?? 1
        const ofTopic = all.filter(({ version }) => version >= first)
        const told_ = byKey(told, topic)
        yield* difference([topic, told_.keys()], ['its table', ofTopic.map(({ id }) => id)])
        for (const { id, version } of ofTopic) {
          const sequences = distinct(told_.get(id) ?? []).map(({ sequence }) => sequence)
          const wanted = Array.from({ length: version - first + 1 }, (_, at) => first + at)
          const found = sequences.toSorted((a, b) => a - b).join(', ')
          if (found !== wanted.join(', ')) {
            yield `${topic} ${id} is at version ${version} and tells of ${found || 'none'}`
          }
        }
      }
    },
  },
  {
    promise: 'the events of one thing stand in their order, and a copy is the same event again',
    *broken({ told }) {
      for (const [key, events] of Map.groupBy(told, ({ topic, key: id }) => `${topic} ${id}`)) {
        const order = distinct(events).map(({ sequence }) => sequence)
        const isAscending = order.every((one, at) => at === 0 || one > (order[at - 1] ?? 0))
        if (!isAscending) yield `${key} tells of ${order.join(', ')} in this order`
        if (new Set(events.map(({ partition }) => partition)).size > 1) {
          yield `${key} is told in several partitions`
        }
      }
      for (const [id, copies] of Map.groupBy(told, (event) => event.id)) {
        const texts = new Set(
          copies.map(({ topic, key, type, sequence, data }) =>
            JSON.stringify([topic, key, type, sequence, data]),
          ),
        )
        if (texts.size > 1) yield `two different events have the id ${id}`
      }
    },
  },
  {
    promise: 'the last record of a thing on a compacted topic is its newest',
    *broken({ told }) {
      for (const topic of Object.keys(topics)) {
        if (topics[topic as keyof typeof topics].class !== 'reference') continue
        for (const [key, events] of byKey(told, topic)) {
          const newest = Math.max(...events.map(({ sequence }) => sequence))
          const last = events.at(-1)?.sequence
          if (last !== newest) yield `${topic} ${key} ends with ${last} and not with ${newest}`
        }
      }
    },
  },
  {
    promise: 'what is said once is said in one event',
    *broken({ told, tables }) {
      const codes = tables.otps.map(({ id }) => id)
      const saidOf = [...byKey(told, 'customer-vehicle.otp.v1').keys()]
      yield* difference(['the topic of codes', saidOf], ['their table', codes])
      const asked = [...byKey(told, 'workshop.link.v1').values()].flatMap(([event]) =>
        event?.data?.['purpose'] === 'approval' ? [String(event.data['subjectId'])] : [],
      )
      const questions = tables.bay.approvals.map(({ id }) => id)
      yield* difference(['the topic of links', asked], ['the questions', questions])
      for (const topic of [...said, ...audits()]) {
        for (const [key, events] of byKey(told, topic)) {
          const ids = new Set(events.map(({ id }) => id))
          if (ids.size > 1) yield `${topic} ${key} is told in ${ids.size} events`
        }
      }
    },
  },
  {
    promise:
      'an acknowledged change is told once, a refused one never, an unknown one at most once',
    *broken(world) {
      for (const [kind, topic, field] of [
        ['edit-customer', 'customer-vehicle.customer.v1', 'city'],
        ['edit-center', 'identity.service-center.v1', 'name'],
        ['open-center', 'identity.service-center.v1', 'name'],
      ] as const) {
        const events = [...byKey(world.told, topic).values()].flatMap((all) => distinct(all))
        // An event carries the whole state: a mark is told anew until another takes its place.
        const changes = events.filter(({ key, sequence, data }) => {
          const before = events.find((one) => one.key === key && one.sequence === sequence - 1)
          return before?.data?.[field] !== data?.[field]
        })
        for (const { id, deed, ending } of commandsOf(world, kind)) {
          const times = changes.filter(({ data }) => data?.[field] === deed.mark).length
          const fits = { acknowledged: times === 1, refused: times === 0, unknown: times < 2 }
          if (!fits[ending]) yield `${id}: "${deed.mark}" is ${ending} and told ${times} times`
        }
      }
    },
  },
  {
    promise: 'a command under one key has its effect once, however often it was sent',
    *broken({ commands }) {
      const done = commands.filter(({ ending, key }) => ending === 'acknowledged' && key !== '')
      for (const id of repeated(done.map(({ answer }) => answer?.requestId))) {
        yield `two commands were answered by the request ${id}`
      }
    },
  },
]

export function audits(): string[] {
  return Object.keys(topics).filter((name) => name.endsWith('.audit.v1'))
}

export function byKey(told: Told[], topic: string): Map<string, Told[]> {
  const ofTopic = told.filter((event) => event.topic === topic)
  return Map.groupBy(
    ofTopic.toSorted((one, other) => one.partition - other.partition || one.offset - other.offset),
    ({ key }) => key,
  )
}

/** Each event once, at its first place: a relay that died may have sent a batch again. */
export function distinct(events: Told[]): Told[] {
  const seen = new Set<string>()
  return events.filter(({ id }) => !seen.has(id) && seen.add(id))
}
