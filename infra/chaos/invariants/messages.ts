import type { Told } from '../evidence/topics.ts'
import type { World } from '../evidence/world.ts'
import { distinct } from './events.ts'
import { difference, repeated, unequal, type Invariant } from './invariant.ts'
import { lettersOf, toldOf } from './occasions.ts'

const ENDED = new Set(['sent', 'delivered'])
export const messageInvariants: Invariant[] = [
  {
    promise: 'every occasion is one message on each of its channels, and nothing else is any',
    *broken({ told, tables: { messages } }) {
      const wanted = eventsOnce(told).flatMap((event) =>
        lettersOf(event).map(({ template, channel }) => `${template} by ${channel} of ${event.id}`),
      )
      const found = messages.map(
        ({ template, channel, eventId }) => `${template} by ${channel} of ${eventId}`,
      )
      yield* unequal('the messages', found, 'the occasions', wanted)
    },
  },
  {
    promise: 'whom it concerns is told of an event once inside the application, and nobody else',
    *broken({ told, tables: { bay } }) {
      const wanted = eventsOnce(told).flatMap((event) =>
        toldOf(event, bay.staff).map((userId) => `${event.type} ${event.id} to ${userId}`),
      )
      const types = new Map(told.map(({ id, type }) => [id, type]))
      const found = bay.notices.map(
        ({ eventId, userId }) => `${types.get(eventId)} ${eventId} to ${userId}`,
      )
      yield* unequal('the notices', found, 'the events', wanted)
    },
  },
  {
    promise: 'every message has left',
    *broken({ tables: { messages } }) {
      for (const { id, channel, status } of messages) {
        if (!ENDED.has(status)) yield `the ${channel} ${id} is ${status}`
      }
    },
  },
  {
    promise: 'every message reached its person exactly once, and nobody got any other',
    *broken({ inbox, tables: { messages } }) {
      const arrived = inbox.map((message) =>
        message.channel === 'email' ? `${message.messageId}` : message.id,
      )
      const sent = messages.flatMap(({ providerId }) => (providerId ? [providerId] : []))
      yield* difference(['the inbox', arrived], ['the sent messages', sent])
      for (const id of repeated(sent)) yield `two messages were sent as ${id}`
      const lines = (list: { channel: string; to: string; template: string | null }[]) =>
        Map.groupBy(list, ({ channel, to, template }) => `${channel} ${template} to ${to}`)
      const got = lines(inbox)
      const meant = lines(messages.map((one) => ({ ...one, to: one.recipient })))
      for (const line of new Set([...got.keys(), ...meant.keys()])) {
        const [many, wanted] = [got.get(line)?.length ?? 0, meant.get(line)?.length ?? 0]
        if (many !== wanted) yield `${line}: ${many} arrived of ${wanted}`
      }
    },
  },
]

function eventsOnce(told: World['told']): Told[] {
  return distinct(told).filter(({ data }) => data !== null)
}
