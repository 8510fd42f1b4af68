import { z } from 'zod'
import { discard, letterOf, redriveAll, redriveKeyOf, unpark } from './dead-letter-queries.ts'
import {
  DeadLetter,
  DeadLetterRow,
  ParkedKey,
  shownLetter,
  type DeadLetterTables,
} from './dead-letter-rows.ts'
import type { Endpoint } from './endpoint.ts'
import { Moment } from './moment.ts'
import { roadOver } from './over.ts'
import { problem } from './problem.ts'

const { endpoint } = roadOver<DeadLetterTables>()

const Redriven = z.object({
  id: z.uuid(),
  first: z.uuid().describe('The letter that is tried first: the one at the head of its key.'),
  letters: z.number().int().describe('How many letters follow one another, this one included.'),
})

const list = endpoint.list('GET /admin/dead-letters/:service', {
  about: 'List the events that a service could not take, or holds back for the sake of order.',
  may: 'dead_letter.read',
  item: DeadLetter,
  filters: {
    consumer: { type: z.string() },
    key: { type: z.string() },
    topic: { type: z.string() },
    type: { type: z.string() },
    eventId: { type: z.string() },
    reason: { type: DeadLetterRow.shape.reason },
    attempts: { type: z.coerce.number().int().min(0).max(2_147_483_647) },
    diedAt: { type: Moment },
  },
  sorts: { diedAt: 'died_at', sequence: 'seq', attempts: 'attempts', type: 'type' },
  search: ['error'],
  from: ({ db }) => db.selectFrom('deadLetter').selectAll(),
  row: shownLetter,
})

const listParked = endpoint.list('GET /admin/dead-letters/:service/parked-keys', {
  about: 'List the keys that stand still, at a consumer or on their way to the broker.',
  may: 'dead_letter.read',
  item: ParkedKey,
  filters: {
    at: { type: ParkedKey.shape.at },
    consumer: { type: z.string() },
    topic: { type: z.string() },
    key: { type: z.string() },
    parkedAt: { type: Moment },
  },
  sorts: { parkedAt: 'parked_at', waiting: 'waiting', topic: 'topic' },
  from: ({ db }) => db.selectFrom('parkedKey').selectAll(),
})

const show = endpoint('GET /admin/dead-letters/:service/:id', {
  about: 'Show one dead letter, with its payload masked.',
  may: 'dead_letter.read',
  returns: DeadLetter,
  handle: async ({ db }, { params }) => shownLetter(await letterOf(db, params.id)),
})

const drop = endpoint('POST /admin/dead-letters/:service/:id/discard', {
  about: 'Give a dead letter up: it never has its effect, and what waits behind it goes on.',
  may: 'dead_letter.discard',
  status: 200,
  message: 'The event was discarded.',
  returns: DeadLetter,
  async handle({ db, was }, { params }) {
    const letter = shownLetter(await discard(db, params.id))
    was(letter)
    return letter
  },
})

const release = endpoint('POST /admin/dead-letters/:service/parked-keys/:id/unpark', {
  about: 'Let a key of the outbox leave for the broker again.',
  may: 'dead_letter.redrive',
  status: 200,
  message: 'The key leaves for the broker again.',
  returns: ParkedKey,
  async handle({ db, was }, { params }) {
    const parked = await unpark(db, params.id)
    was(parked)
    return parked
  },
})

/** What administrators of every service see and do about events that had no effect. */
export function deadLetterEndpoints(isConsumer: (group: string) => boolean): Endpoint[] {
  const redrive = endpoint('POST /admin/dead-letters/:service/:id/redrive', {
    about: 'Bring a dead letter to its consumer again, with all of its key, in order.',
    may: 'dead_letter.redrive',
    status: 202,
    message: 'The event is brought to its consumer again.',
    returns: Redriven,
    async handle({ db }, { params }) {
      const letter = await letterOf(db, params.id)
      refuseUnknown(letter.consumer)
      return { id: letter.id, ...(await redriveKeyOf(db, letter)) }
    },
  })

  const redriveMany = endpoint('POST /admin/dead-letters/:service/redrive', {
    about: 'Bring all failed letters of a consumer, or of one key, to it again.',
    may: 'dead_letter.redrive',
    status: 202,
    message: 'The events are brought to their consumer again.',
    body: z.object({
      consumer: z.string(),
      topic: z.string().optional(),
      key: z.string().optional(),
    }),
    returns: z.object({ letters: z.number().int().describe('How many are tried first.') }),
    async handle({ db }, { body }) {
      refuseUnknown(body.consumer)
      return { letters: await redriveAll(db, body) }
    },
  })

  function refuseUnknown(consumer: string): void {
    if (!isConsumer(consumer)) throw problem('consumer_unknown')
  }

  return [list, listParked, show, redrive, redriveMany, drop, release]
}
