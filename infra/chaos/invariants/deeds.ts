import type { World } from '../evidence/world.ts'
import type { BayDeed } from '../journal.ts'
import { byKey, distinct } from './events.ts'
import type { Invariant } from './invariant.ts'

type Found = Map<string, number>

export const deedInvariants: Invariant[] = [
  {
    promise: 'an acknowledged command of the bay has one effect, an unknown one at most one',
    *broken(world) {
      const effects = effectsOf(world)
      const asked = world.commands.flatMap(({ deed, ending }) => {
        const [kind, what] = effectOf(deed as BayDeed)
        return kind === undefined ? [] : [{ kind, what, ending }]
      })
      for (const [kind, found] of effects) {
        const ofKind = asked.filter((one) => one.kind === kind)
        const byWhat = Map.groupBy(ofKind, ({ what }) => what)
        for (const what of new Set([...byWhat.keys(), ...found.keys()])) {
          const count = (ending: string) =>
            byWhat.get(what)?.filter((one) => one.ending === ending).length ?? 0
          const many = found.get(what) ?? 0
          const [least, most] = [count('acknowledged'), count('acknowledged') + count('unknown')]
          if (many < least || many > most) {
            yield `${kind} ${what}: ${many} effects, ${least} acknowledged, ${most - least} unknown`
          }
        }
      }
    },
  },
]

/** By what the effect of a command is found. */
function effectOf(deed: BayDeed): [string, string] | [undefined] {
  switch (deed.kind) {
    case 'need-parts':
      return [deed.kind, deed.cardId]
    case 'move':
      return [deed.type, deed.id]
    case 'decide':
      return [deed.kind, deed.serviceId]
    // Whoever bills gets the invoice that is there, too; its lines are judged elsewhere.
    case 'bill':
      return [undefined]
    default:
      return 'mark' in deed && deed.kind in marked ? [deed.kind, deed.mark] : [undefined]
  }
}

const marked: Partial<Record<BayDeed['kind'], (world: World) => (string | null)[]>> = {
  'add-item': ({ tables: { bay } }) => bay.items.map(({ itemCode }) => itemCode),
  adjust: ({ tables: { bay } }) =>
    bay.movements
      .filter(({ referenceType }) => referenceType === 'adjustment')
      .map(({ reason }) => reason),
  'ask-work': ({ tables: { bay } }) => bay.requests.map(({ description }) => description),
  'open-card': ({ tables: { bay } }) => bay.steps.map(({ description }) => description),
  propose: ({ tables: { bay } }) =>
    bay.extras.flatMap(({ description }) => (description.startsWith('Mark ') ? [description] : [])),
  complete: ({ tables: { bay } }) => bay.cards.map(({ engineerNotes }) => engineerNotes),
  'call-off': ({ tables: { bay } }) => bay.cards.map(({ reason }) => reason),
  pay: ({ tables: { bay } }) => bay.payments.map(({ notes }) => notes),
  'need-parts': ({ tables: { bay } }) => bay.partsRequests.map(({ cardId }) => cardId),
  decide: ({ tables: { bay } }) =>
    bay.extras.flatMap(({ id, decision }) => (decision === 'pending' ? [] : [id])),
}

/** Moves that only commands of stories make, each told in one event. */
const moves = [
  'workshop.service-request.approved.v1',
  'workshop.job-card.assigned.v1',
  'workshop.job-card.started.v1',
  'workshop.job-card.delivered.v1',
  'billing.invoice.issued.v1',
  'billing.invoice.cancelled.v1',
]

function effectsOf(world: World): [string, Found][] {
  const events = moves.map((type): [string, Found] => {
    const topic = type.replace(/\.[^.]+\.v1$/, '.v1')
    const all = [...byKey(world.told, topic).values()].flatMap((told) => distinct(told))
    return [type, counted(all.filter((event) => event.type === type).map(({ key }) => key))]
  })
  const rows = Object.entries(marked).map(([kind, of]): [string, Found] => [
    kind,
    counted(of(world).filter((mark) => mark !== null)),
  ])
  return [...events, ...rows]
}

function counted(values: string[]): Found {
  const groups = Map.groupBy(values, (value) => value)
  return new Map([...groups].map(([value, all]) => [value, all.length]))
}
