import { forbids, isOpenTo, type Machine } from './machine.ts'
import type { Me } from './me.ts'
import type { Emit } from './outbox.ts'
import { problem } from './problem.ts'
import { changeRow, lockRow } from './row.ts'

interface Moving {
  db: unknown
  /** Absent when the house itself moves, at an event or a deadline. */
  me?: Me
  expectedVersion: number | undefined
  was(before: object): void
  emit: Emit
}

interface Step<Row, Name extends string> {
  table: string
  id: string
  move: Name
  /** The move's own work on the locked row; answers the columns that change beside the status. */
  work?: (row: Row) => Promise<Partial<Omit<Row, 'id' | 'version' | 'status'>>>
  /** The data of the move's event. */
  tell?: (row: Row) => Record<string, unknown> | Promise<Record<string, unknown>>
}

/** The house moves something on its own account, or as the consequence of what somebody did. */
export function asHouse<Db>({ db, emit }: { db: Db; emit: Emit }) {
  return { db, emit, expectedVersion: undefined, was: () => undefined }
}

/**
 * The only place that changes a status: lock the row, check the move, do its extra work, write
 * status and version, emit the event. The audit line is the road's.
 */
export async function transition<
  Row extends { id: string; version: number; status: string },
  State extends string,
  Name extends string,
>(
  context: Moving,
  lifecycle: Machine<Row, State, Name>,
  { table, id, move: name, work, tell }: Step<Row, Name>,
): Promise<Row> {
  const row = await lockRow<Row>(context, table, id)
  const move = lifecycle.moves[name]
  if (context.me && !isOpenTo(move.may, context.me.may)) throw problem('permission_missing')
  const broken = forbids(move, row)
  if (broken) throw problem(broken, { status: row.status })
  const changes = (await work?.(row)) ?? {}
  const moved = await changeRow(context, table, row, { ...changes, status: move.to } as never)
  if (move.says) context.emit(move.says, moved.version, (await tell?.(moved)) ?? {})
  return moved
}
