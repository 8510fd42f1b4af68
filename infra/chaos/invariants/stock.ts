import type { Bay, Level } from '../evidence/bay.ts'
import { sumOf, unequal, type Invariant } from './invariant.ts'

interface Placed {
  itemId: string
  centerId: string | null
}

export const stockInvariants: Invariant[] = [
  {
    promise: 'on hand is the sum of the movements at every place, and so is what it is worth',
    *broken({ tables: { bay } }) {
      const moved = Map.groupBy(bay.movements, placeOf)
      for (const level of bay.levels) {
        const movements = moved.get(placeOf(level)) ?? []
        const sum = sumOf(movements.map(({ quantity }) => quantity))
        const worth = sumOf(movements.map(({ valueMinor }) => valueMinor))
        if (sum !== level.onHand) yield `${placeOf(level)} has ${level.onHand} of ${sum}`
        if (worth !== level.valueMinor) {
          yield `${placeOf(level)} is worth ${level.valueMinor} of ${worth}`
        }
      }
      const known = new Set(bay.levels.map(placeOf))
      for (const place of moved.keys()) if (!known.has(place)) yield `${place} has no level`
    },
  },
  {
    promise: 'what is reserved is what lines hold, and never more than there is',
    *broken({ tables: { bay } }) {
      for (const level of bay.levels) {
        const { onHand, reserved } = level
        if (reserved < 0 || reserved > onHand) {
          yield `${placeOf(level)} has reserved ${reserved} of ${onHand}`
        }
        const held = heldAt(bay, level, 'reserved')
        if (held !== reserved) yield `lines hold ${held} of ${reserved} at ${placeOf(level)}`
      }
    },
  },
  {
    promise: 'nobody waits for what is free',
    *broken({ tables: { bay } }) {
      const levels = new Map(bay.levels.map((level) => [placeOf(level), level]))
      for (const line of bay.reservedLines) {
        if (line.status !== 'waiting') continue
        const { onHand = 0, reserved = 0 } = levels.get(placeOf(line)) ?? {}
        if (line.quantity <= onHand - reserved) yield `line ${line.id} waits for what is free`
      }
    },
  },
  {
    promise: 'a part that went into a vehicle left stock once, and nothing else did for a card',
    *broken({ tables: { bay } }) {
      const left = bay.movements
        .filter(({ referenceType }) => referenceType === 'job_card')
        .map((one) => `${-one.quantity} of ${one.itemId} for ${one.referenceId}`)
      const done = new Set(bay.cards.flatMap(({ id, status }) => (isDone(status) ? [id] : [])))
      const used = bay.parts
        .filter(({ cardId, used: many }) => done.has(cardId) && (many ?? 0) > 0)
        .map((part) => `${part.used} of ${part.itemId} for ${part.cardId}`)
      yield* unequal('the movements', left, 'what was used', used)
    },
  },
]

/** Whether the work of a card was ended, and can be billed. */
export function isDone(status: string): boolean {
  return status === 'completed' || status === 'delivered'
}

function placeOf({ itemId, centerId }: Placed): string {
  return `${itemId} at ${centerId ?? 'the central warehouse'}`
}

function heldAt({ reservedLines }: Bay, level: Level, status: string): number {
  const place = placeOf(level)
  const held = reservedLines.filter((line) => line.status === status && placeOf(line) === place)
  return sumOf(held.map(({ quantity }) => quantity))
}
