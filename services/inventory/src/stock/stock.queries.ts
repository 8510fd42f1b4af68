import { randomUUIDv7 } from 'node:crypto'
import { MovementRecorded, StockLevelChanged } from '@forecourt/contracts/inventory-events'
import type { Emit } from '@forecourt/platform/outbox'
import { sql } from 'kysely'
import { watchReorderPoint } from '../alert/alert.queries.ts'
import type { ItemRow } from '../item/item.ts'
import type { Cause, StockMovementRow } from './movement.ts'
import type { HeldLevel, Writing } from './level.queries.ts'
import { availableMilli, reorderPointOf, type StockLevelRow } from './stock-level.ts'

/**
 * Writes a held level's new figures, tells of them, and watches the reorder point. Answers the
 * level as it is now.
 */
export async function writeLevel(
  writing: Writing,
  held: HeldLevel,
  figures: Pick<StockLevelRow, 'onHandMilli' | 'reservedMilli' | 'valueMinor'>,
): Promise<HeldLevel> {
  const { onHandMilli, reservedMilli, valueMinor } = figures
  const level = await writing.db
    .updateTable('stockLevel')
    .set({ onHandMilli, reservedMilli, valueMinor, updatedAt: sql`now()` })
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('id', '=', held.level.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  tellLevel(writing.emit, level, held.item)
  const now = { level, item: held.item }
  await watchReorderPoint(writing, held, now)
  return now
}

export function tellLevel(emit: Emit, level: StockLevelRow, item: ItemRow): void {
  const reorderPoint = reorderPointOf(level, item)
  emit(StockLevelChanged, level.version, {
    stockLevelId: level.id,
    itemId: level.itemId,
    serviceCenterId: level.serviceCenterId,
    onHand: level.onHandMilli / 1_000,
    reserved: level.reservedMilli / 1_000,
    available: availableMilli(level) / 1_000,
    reorderPoint: reorderPoint === null ? null : reorderPoint / 1_000,
  })
}

/** Adds one line to the ledger and tells of it. */
export async function recordMovement(
  { db, emit }: Writing,
  { level, item }: HeldLevel,
  moved: { quantityMilli: number; valueMinor: number },
  cause: Cause,
): Promise<StockMovementRow> {
  const { itemId, serviceCenterId } = level
  const movement = await db
    .insertInto('stockMovement')
    .values({ id: randomUUIDv7(), itemId, serviceCenterId, ...moved, ...cause })
    .returningAll()
    .executeTakeFirstOrThrow()
  emit(MovementRecorded, movement.version, {
    movementId: movement.id,
    itemId,
    serviceCenterId,
    movementType: movement.movementType,
    quantity: movement.quantityMilli / 1_000,
    unitCostMinor: Math.round((movement.valueMinor * 1_000) / movement.quantityMilli),
    valueMinor: movement.valueMinor,
    currency: item.currency,
    referenceType: movement.referenceType,
    referenceId: movement.referenceId,
    recordedAt: movement.createdAt,
  })
  return movement
}
