import type { World } from '../evidence/world.ts'
import { auditInvariants } from './audit.ts'
import { commandInvariants } from './commands.ts'
import { deedInvariants } from './deeds.ts'
import { eventInvariants } from './events.ts'
import { figureInvariants } from './figures.ts'
import type { Invariant } from './invariant.ts'
import { messageInvariants } from './messages.ts'
import { moneyInvariants } from './money.ts'
import { remainInvariants } from './remains.ts'
import { replicaInvariants } from './replicas.ts'
import { stockInvariants } from './stock.ts'
import { workInvariants } from './work.ts'

export const invariants: Invariant[] = [
  ...commandInvariants,
  ...deedInvariants,
  ...stockInvariants,
  ...workInvariants,
  ...moneyInvariants,
  ...figureInvariants,
  ...eventInvariants,
  ...replicaInvariants,
  ...messageInvariants,
  ...auditInvariants,
  ...remainInvariants,
]

/** Every breach, each after the promise that it breaks. */
export function judge(world: World): string[] {
  return invariants.flatMap(({ promise, broken }) =>
    [...broken(world)].map((breach) => `${promise}: ${breach}`),
  )
}
