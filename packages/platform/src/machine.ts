import type { EventContract } from '@forecourt/contracts/event'
import type { Permission } from '@forecourt/contracts/permissions'
import type { ErrorReason } from '@forecourt/contracts/errors'

/** One lifecycle move. Guards, permission and event are columns of the table. */
export interface Move<Row, State extends string> {
  from: readonly State[]
  to: State
  /** `system`: the house moves it, at an event or a deadline; nobody may ask for it. */
  may: Permission | 'signed_in' | 'public' | 'system'
  says?: EventContract
  /** error reason → whether the row satisfies the rule of that name. */
  needs?: Partial<Record<ErrorReason, (row: Row) => boolean>>
}

export interface Machine<Row, State extends string, Name extends string> {
  states: readonly State[]
  start: State
  moves: Record<Name, Move<Row, State>>
}

interface Table<Row, State extends string, Name extends string> {
  states: readonly State[]
  start: NoInfer<State>
  moves: Record<Name, Move<Row, NoInfer<State>>>
}

/**
 * Declares a lifecycle: `machine<JobCard>()({ states, start, moves })`. Throws at import when a
 * state cannot be reached.
 */
export function machine<Row extends { status: string }>() {
  return <const State extends string, const Name extends string>(
    table: Table<Row, State, Name>,
  ): Machine<Row, State, Name> => {
    const lost = table.states.filter((state) => !reachable(table).has(state))
    if (lost.length > 0) throw new Error(`No move leads to ${lost.join(', ')}.`)
    return table
  }
}

function reachable<Row, State extends string, Name extends string>(
  table: Table<Row, State, Name>,
): Set<string> {
  const reached = new Set<string>([table.start])
  const moves = Object.values<Move<Row, State>>(table.moves)
  for (let before = 0; before < reached.size;) {
    before = reached.size
    for (const { from, to } of moves) if (from.some((state) => reached.has(state))) reached.add(to)
  }
  return reached
}

/** The first rule that forbids the move now; undefined when it is allowed. */
export function forbids<Row extends { status: string }, State extends string>(
  move: Move<Row, State>,
  row: Row,
): ErrorReason | undefined {
  if (!move.from.some((state) => state === row.status)) return 'state_forbids'
  const needs = Object.entries(move.needs ?? {}) as [ErrorReason, (row: Row) => boolean][]
  return needs.find(([, holds]) => !holds(row))?.[0]
}

/** The moves that state, rules and the caller's permissions allow: `available` in every answer. */
export function available<
  Row extends { status: string },
  State extends string,
  Name extends string,
>(
  lifecycle: Machine<Row, State, Name>,
  row: Row,
  mayDo: (permission: Permission) => boolean,
): Name[] {
  const moves = Object.entries<Move<Row, State>>(lifecycle.moves) as [Name, Move<Row, State>][]
  return moves
    .filter(([, { may }]) => isOpenTo(may, mayDo))
    .filter(([, move]) => forbids(move, row) === undefined)
    .map(([name]) => name)
}

/** Whether the caller's permissions open a move. */
export function isOpenTo(
  may: Move<never, string>['may'],
  mayDo: (permission: Permission) => boolean,
): boolean {
  if (may === 'system') return false
  return may === 'public' || may === 'signed_in' || mayDo(may)
}
