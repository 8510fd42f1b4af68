import type { Bay } from '../evidence/bay.ts'
import { sumOf, unequal, type Invariant } from './invariant.ts'

/** Under it stands what belongs to the central warehouse. */
const NO_CENTER = '00000000-0000-0000-0000-000000000000'

const figureOfRequest: Record<string, string> = {
  pending: 'service_requests_pending',
  completed: 'service_requests_completed',
}
const figureOfCard: Record<string, string> = {
  in_progress: 'job_cards_in_progress',
  waiting_customer_approval: 'pending_approvals',
}

const judged = new Set([
  'revenue',
  'low_stock_items',
  ...Object.values(figureOfRequest),
  ...Object.values(figureOfCard),
])

export const figureInvariants: Invariant[] = [
  {
    promise: 'dashboards show what the ledgers hold: revenue is the sum of the issued invoices',
    *broken({ tables: { bay } }) {
      const shown = bay.figures.filter(({ name }) => judged.has(name))
      yield* unequal('the dashboards', lines(shown), 'the ledgers', lines(wantedOf(bay)))
    },
  },
]

interface Figure {
  centerId: string
  name: string
  value: number
}

/** What each document counts for in its center. */
function wantedOf({ invoices, requests, cards, alerts }: Bay): Figure[] {
  const issued = invoices.filter(({ number, status }) => number !== null && status !== 'cancelled')
  const one = (centerId: string | null, name: string | undefined) =>
    name === undefined ? [] : [{ centerId: centerId ?? NO_CENTER, name, value: 1 }]
  return [
    ...issued.map(({ centerId, totalMinor }) => ({ centerId, name: 'revenue', value: totalMinor })),
    ...requests.flatMap(({ centerId, status }) => one(centerId, figureOfRequest[status])),
    ...cards.flatMap(({ centerId, status }) => one(centerId, figureOfCard[status])),
    ...alerts.flatMap(({ centerId, isOpen }) => (isOpen ? one(centerId, 'low_stock_items') : [])),
  ]
}

/** One line for each sum that is not nothing. */
function lines(figures: Figure[]): string[] {
  const sums = Map.groupBy(figures, ({ centerId, name }) => `${name} of ${centerId}`)
  return [...sums].flatMap(([what, all]) => {
    const sum = sumOf(all.map(({ value }) => value))
    return sum === 0 ? [] : [`${what} is ${sum}`]
  })
}
