import { expect, test } from 'vitest'
import { arrived, someWorld } from '../evidence/some-world.ts'
import type { World } from '../evidence/world.ts'
import { invariants, judge } from './all.ts'
import { bayBreaches } from './bay-breaches.ts'

test('a world in which everything happened once breaks no promise', () => {
  expect(judge(someWorld())).toEqual([])
})

/** What somebody may find after a campaign that went wrong, and the promise that tells of it. */
const breaches: [string, string, (world: World) => void][] = [
  ...bayBreaches,
  [
    'a command was refused by a fault',
    'refused for its own fault only',
    ({ commands }) => {
      Object.assign(commands[4] ?? {}, {
        ending: 'refused',
        answer: { status: 401, reason: 'token_invalid', data: null, requestId: 'request 4' },
      })
    },
  ],
  [
    'a form that was acknowledged is gone',
    'an acknowledged form is one registration',
    ({ tables }) => void tables.registrations.pop(),
  ],
  [
    'one form became two registrations',
    'an acknowledged form is one registration',
    ({ tables: { registrations } }) => {
      for (const one of registrations.slice()) registrations.push({ ...one, id: 'twin' })
    },
  ],
  [
    'a customer who was acknowledged is gone',
    'a proved code has made its customer',
    ({ tables }) => void tables.customers.pop(),
  ],
  [
    'a vehicle belongs to nobody who proved it',
    'a proved code has made its customer',
    ({ tables }) => {
      tables.vehicles.push({ id: 'x', version: 1, customerId: 'x', plate: 'X', plateKey: 'X' })
    },
  ],
  [
    'a code can be used again',
    'a code is used up exactly',
    ({ tables }) => void Object.assign(tables.otps[0] ?? {}, { isConsumed: false }),
  ],
  [
    'a number of a reference id was skipped',
    'reference ids count without a gap',
    ({ tables }) => void Object.assign(tables.counters[0] ?? {}, { last: 2 }),
  ],
  [
    'a session is gone',
    'a session is there for every sign-in',
    ({ tables }) => void tables.sessions.pop(),
  ],
  [
    'a file has lost its bytes',
    'every file that is known has its bytes',
    ({ stored }) => stored.clear(),
  ],
  [
    'an event was lost',
    'every version of a row is told in exactly one event',
    (world) => {
      world.told = world.told.filter(({ type }) => !type.endsWith('opened.v1'))
    },
  ],
  [
    'a version was told twice',
    'every version of a row is told in exactly one event',
    ({ told }) => {
      const [first] = told
      if (first) told.push({ ...first, id: 'another', offset: 99 })
    },
  ],
  [
    'an event tells of what never was',
    'every version of a row is told in exactly one event',
    ({ tables }) => {
      tables.owned['customer-vehicle.customer.v1'] = []
    },
  ],
  [
    'events of one thing changed places',
    'the events of one thing stand in their order',
    ({ told }) => {
      const [first, second] = told
      if (first && second) [told[0], told[1]] = [second, first]
    },
  ],
  [
    'a copy of an event says something else',
    'the events of one thing stand in their order',
    ({ told }) => {
      const [first] = told
      if (first) told.push({ ...first, data: {}, offset: 99 })
    },
  ],
  [
    'an old record came last',
    'the last record of a thing on a compacted topic is its newest',
    ({ told }) => {
      const [first] = told
      if (first) told.push({ ...first, offset: 99 })
    },
  ],
  [
    'a code was never told',
    'what is said once is said in one event',
    (world) => {
      world.told = world.told.filter(({ topic }) => topic !== 'customer-vehicle.otp.v1')
    },
  ],
  [
    'a change that was refused took place',
    'an acknowledged change is told once',
    ({ commands }) => void Object.assign(commands[4] ?? {}, { ending: 'refused' }),
  ],
  [
    'two commands got one answer',
    'a command under one key has its effect once',
    ({ commands }) => {
      for (const one of commands.slice(4)) commands.push({ ...one, id: 'twin' })
    },
  ],
  [
    'a copy in another service is old',
    'every copy in another service',
    ({ tables }) => {
      Object.assign(tables.replicas.centersOfNotification[0] ?? {}, { version: 1, name: 'Pune' })
    },
  ],
  [
    'a service never heard of the end of a session',
    'every service knows of every session that has ended',
    ({ tables: { replicas } }) => void replicas.endedSessions.identity.push({ session_id: 'x' }),
  ],
  [
    'a message was never made',
    'every occasion is one message',
    ({ tables }) => void tables.messages.pop(),
  ],
  [
    'a message still waits',
    'every message has left',
    ({ tables }) => void Object.assign(tables.messages[0] ?? {}, { status: 'unknown' }),
  ],
  [
    'a message arrived twice',
    'every message reached its person exactly once',
    ({ inbox, tables: { messages } }) => {
      for (const one of messages.slice(0, 1)) {
        inbox.push({ ...arrived(one), id: 'again', messageId: 'again' } as World['inbox'][number])
      }
    },
  ],
  [
    'a line of the audit was lost',
    'every line that a service wrote is in the log',
    ({ tables }) => void tables.auditLines.pop(),
  ],
  [
    'the log has a gap',
    'the lines of a service are counted without a gap',
    ({ tables }) => void Object.assign(tables.auditLines[0] ?? {}, { sequence: 9 }),
  ],
  [
    'a command has two lines',
    'every acknowledged command has one line',
    ({ tables }) => void Object.assign(tables.auditLines[0] ?? {}, { requestId: 'request 1' }),
  ],
  [
    'a change happened without a command',
    'every acknowledged command has one line',
    ({ tables }) => {
      const storageKey = 'customer-vehicle/aa/photo'
      tables.files.push({ id: 'x', storageKey, isAttached: true })
    },
  ],
  [
    'an event was never sent',
    'nothing is left in an outbox',
    ({ tables }) => {
      tables.rest[0]?.outbox.push({ type: 'x', subject: 'x', isParked: true })
    },
  ],
  [
    'an event had no effect',
    'nothing became a dead letter',
    ({ tables }) => {
      tables.rest[0]?.letters.push({ consumer: 'x', eventId: 'x', reason: 'failed', error: 'x' })
    },
  ],
  [
    'a deadline is stuck',
    'every deadline is that of a thing that waits',
    ({ tables }) => {
      tables.rest[0]?.timers.push({ kind: 'x', subject: 'x', tries: 1, isOverdue: false })
    },
  ],
  [
    'a file that nothing claimed is kept for ever',
    'every deadline is that of a thing that waits',
    ({ tables }) => void Object.assign(tables.files[0] ?? {}, { isAttached: false }),
  ],
  [
    'Postgres acknowledged what was not on the disk',
    'the database keeps what it acknowledges',
    ({ tables }) => void Object.assign(tables.settings[0] ?? {}, { setting: 'off' }),
  ],
]

test.each(breaches)('it shows when %s', (_, promise, harm) => {
  const world = someWorld()
  harm(world)
  expect(judge(world).filter((breach) => breach.includes(promise))).not.toEqual([])
})

test('every promise has been seen to be broken', () => {
  const seen = new Set(breaches.map(([, promise]) => promise))
  for (const { promise } of invariants) {
    expect([...seen].some((part) => promise.includes(part))).toBe(true)
  }
})
