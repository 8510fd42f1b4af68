import type { Invariant } from './invariant.ts'

export const remainInvariants: Invariant[] = [
  {
    promise: 'nothing is left in an outbox',
    *broken({ tables: { rest } }) {
      for (const { service, outbox } of rest) {
        for (const { type, subject, isParked } of outbox) {
          const why = isParked ? ', which is parked' : ''
          yield `${service} has not sent ${type} of ${subject}${why}`
        }
      }
    },
  },
  {
    promise: 'nothing became a dead letter',
    *broken({ tables: { rest } }) {
      for (const { letters } of rest) {
        for (const { consumer, eventId, reason, error } of letters) {
          yield `${consumer} buried ${eventId} (${reason}): ${error.split('\n')[0]}`
        }
      }
    },
  },
  {
    promise: 'every deadline is that of a thing that waits, and none is stuck',
    *broken({ tables: { rest, registrations, files, bay } }) {
      const pending = new Set(
        registrations.flatMap(({ id, status }) => (status === 'pending' ? [id] : [])),
      )
      const unattached = new Set(files.flatMap(({ id, isAttached }) => (isAttached ? [] : [id])))
      for (const { service, timers } of rest) {
        for (const { kind, subject, tries, isOverdue } of timers) {
          if (tries > 0 || isOverdue) yield `${service}: ${kind} of ${subject} is stuck`
        }
      }
      const waitingFor = (kind: string) =>
        rest.flatMap(({ timers }) => timers.filter((timer) => timer.kind === kind))
      const disagree = (kind: string, things: Set<string>) =>
        things.symmetricDifference(new Set(waitingFor(kind).map(({ subject }) => subject)))
      for (const id of disagree('registration.lapse', pending)) {
        yield `registration ${id} and its deadline disagree`
      }
      // Whatever was set aside was taken note of, or given back.
      const unconfirmed = bay.reservations.filter(({ status }) => status === 'placed')
      for (const id of disagree('reservation.expire', new Set(unconfirmed.map((one) => one.id)))) {
        yield `reservation ${id} and its deadline disagree`
      }
      for (const { id } of unconfirmed) yield `reservation ${id} was never confirmed`
      const lapsing = new Set(waitingFor('invoice-lapse').map(({ subject }) => subject))
      for (const { id, status } of bay.invoices) {
        if (status === 'sent' && !lapsing.has(id)) yield `invoice ${id} never falls due`
      }
      for (const id of disagree('file.unattached', unattached)) {
        yield `file ${id} and its deadline disagree`
      }
    },
  },
  {
    promise: 'the database keeps what it acknowledges, whatever happens to its machine',
    *broken({ tables: { settings } }) {
      for (const { name, setting } of settings) if (setting !== 'on') yield `${name} is ${setting}`
    },
  },
]
