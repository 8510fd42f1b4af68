import type { Bay, Card } from '../evidence/bay.ts'
import { difference, type Invariant } from './invariant.ts'
import { isDone } from './stock.ts'

/** How the workshop calls what inventory says of a line. */
const words: Record<string, string> = { waiting: 'short' }
const outstanding = new Set(['requested', 'short'])

export const workInvariants: Invariant[] = [
  {
    promise: 'a card, its parts requests and their reservations say the same',
    *broken({ tables: { bay } }) {
      yield* difference(
        ['the parts requests', bay.partsRequests.map(({ id }) => id)],
        ['the reservations', bay.reservations.map(({ id }) => id)],
      )
      const reserved = new Map(bay.reservedLines.map((line) => [line.id, line]))
      for (const { id, status, quantity } of bay.parts) {
        const line = reserved.get(id)
        const said = line && (words[line.status] ?? line.status)
        if (said !== status) yield `part ${id} is ${status} at its card and ${said} in stock`
        if (line?.quantity !== quantity) yield `part ${id} is ${quantity} and ${line?.quantity}`
      }
      if (reserved.size !== bay.parts.length) {
        yield `${reserved.size} lines are reserved for ${bay.parts.length} parts`
      }
      for (const card of bay.cards) yield* partsOf(bay, card)
    },
  },
  {
    promise: 'a card that is called off holds nothing, and one that is done holds nothing any more',
    *broken({ tables: { bay } }) {
      const over = new Map(
        bay.cards
          .filter(({ status }) => isDone(status) || status === 'cancelled')
          .map(({ id, status }) => [id, status]),
      )
      const documents = new Map(bay.reservations.map(({ id, documentId }) => [id, documentId]))
      for (const { id, reservationId, status } of bay.reservedLines) {
        const ended = over.get(documents.get(reservationId) ?? '')
        if (ended === undefined) continue
        const isFree = status === 'released' || (status === 'issued' && ended !== 'cancelled')
        if (!isFree) yield `line ${id} of a card that is ${ended} is ${status}`
      }
    },
  },
  {
    promise: 'a request has one living card at most, and stands as that card does',
    *broken({ tables: { bay } }) {
      for (const { id, status } of bay.requests) {
        const living = bay.cards.filter(
          (card) => card.requestId === id && card.status !== 'cancelled',
        )
        if (living.length > 1) yield `request ${id} has ${living.length} cards`
        const [card] = living
        const wanted = card && (isDone(card.status) ? 'completed' : 'in_progress')
        const isFree = ['pending', 'approved'].includes(status)
        if (wanted ? status !== wanted : !isFree) {
          yield `request ${id} is ${status}, its card ${card?.status ?? 'is not there'}`
        }
      }
    },
  },
  {
    promise: 'a card waits for the customer as long as something is undecided, and no longer',
    *broken({ tables: { bay } }) {
      for (const { id, status } of bay.cards) {
        if (status === 'cancelled') continue
        const isAsking = status === 'waiting_customer_approval'
        const pending = bay.extras.filter((one) => one.cardId === id && one.decision === 'pending')
        const open = bay.approvals.filter((one) => one.cardId === id && one.status === 'open')
        const fits = isAsking === pending.length > 0 && open.length === (isAsking ? 1 : 0)
        const counts = `${pending.length} undecided, ${open.length} asked`
        if (!fits) yield `card ${id} is ${status}: ${counts}`
      }
    },
  },
]

function* partsOf({ parts }: Bay, { id, status, partsOpen }: Card): Generator<string> {
  const open = parts.filter((part) => part.cardId === id && outstanding.has(part.status))
  if (open.length !== partsOpen) yield `card ${id} counts ${partsOpen} open parts of ${open.length}`
  const isWaiting = status === 'waiting_parts'
  // A question to the customer comes first; the parts are waited for after it.
  if (isWaiting !== open.length > 0 && status !== 'waiting_customer_approval') {
    yield `card ${id} is ${status} with ${open.length} open parts`
  }
}
