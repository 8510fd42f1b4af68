import type { World } from '../evidence/world.ts'
import { byKey, distinct } from './events.ts'
import { difference, repeated, type Invariant } from './invariant.ts'

const ENDED = new Set(['sent', 'delivered'])
const CODE = ['sms', 'whatsapp']
const CONFIRMATION = ['email', 'sms', 'whatsapp']

export const messageInvariants: Invariant[] = [
  {
    promise: 'every code and every confirmation is one message on each of its channels',
    *broken({ told, tables: { messages } }) {
      const wanted = new Map<string, string[]>()
      for (const event of occasions(told, 'customer-vehicle.otp.v1')) wanted.set(event, CODE)
      for (const event of occasions(told, 'customer-vehicle.registration.v1')) {
        wanted.set(event, CONFIRMATION)
      }
      const found = Map.groupBy(messages, ({ eventId }) => eventId)
      yield* difference(['the events', wanted.keys()], ['the messages', found.keys()])
      for (const [event, channels] of wanted) {
        const sent = (found.get(event) ?? []).map(({ channel }) => channel).toSorted()
        if (sent.join() !== channels.join()) yield `${event} became the messages ${sent.join()}`
      }
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

/** Ids of the events that somebody is told of. */
function occasions(told: World['told'], topic: string): string[] {
  const types = /otp\.requested|registration\.verified/
  return [...byKey(told, topic).values()]
    .flatMap((events) => distinct(events))
    .flatMap(({ id, type }) => (types.test(type) ? [id] : []))
}
