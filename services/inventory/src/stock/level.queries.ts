import { randomUUIDv7 } from 'node:crypto'
import type { Emit } from '@forecourt/platform/outbox'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import type { ItemRow } from '../item/item.ts'
import type { StockLevelRow } from './stock-level.ts'

/** What a change of stock needs: the transaction, and the way to tell of it. */
export interface Writing {
  db: Kysely<Tables>
  emit: Emit
}

/** A level under its lock, with the item that it is the stock of. */
export interface HeldLevel {
  level: StockLevelRow
  item: ItemRow
}

/**
 * Locks the levels of some items at one place, always in the order of the items, so that two
 * documents never wait for each other in a circle. A level that was not there begins at nothing;
 * an item that is not there is not in the answer.
 */
export async function holdLevels(
  db: Kysely<Tables>,
  serviceCenterId: string | null,
  itemIds: Iterable<string>,
): Promise<Map<string, HeldLevel>> {
  const wanted = [...new Set(itemIds)].toSorted()
  const [levels, items] = await Promise.all([
    lockLevels(db, serviceCenterId, wanted),
    db.selectFrom('item').selectAll().where('id', 'in', wanted).execute(),
  ])
  const known = new Set(levels.map(({ itemId }) => itemId))
  const missing = items.filter(({ id }) => !known.has(id)).map(({ id }) => id)
  if (missing.length > 0) {
    await openLevels(db, serviceCenterId, missing)
    // All again: what was locked out of order must not stay the first of two locks.
    levels.splice(0, levels.length, ...(await lockLevels(db, serviceCenterId, wanted)))
  }
  const itemOf = new Map(items.map((item) => [item.id, item]))
  return new Map(
    levels.flatMap((level) => {
      const item = itemOf.get(level.itemId)
      return item ? [[level.itemId, { level, item }]] : []
    }),
  )
}

function lockLevels(db: Kysely<Tables>, serviceCenterId: string | null, itemIds: string[]) {
  return db
    .selectFrom('stockLevel')
    .selectAll()
    .where('itemId', 'in', itemIds)
    .where(atPlace(serviceCenterId))
    .orderBy('itemId')
    .forUpdate()
    .execute()
}

async function openLevels(db: Kysely<Tables>, serviceCenterId: string | null, itemIds: string[]) {
  const nothing = { onHandMilli: 0, reservedMilli: 0, valueMinor: 0 }
  await db
    .insertInto('stockLevel')
    .values(itemIds.map((itemId) => ({ id: randomUUIDv7(), itemId, serviceCenterId, ...nothing })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** `= null` finds nothing, and `is not distinct from` finds no index. */
function atPlace(serviceCenterId: string | null) {
  return serviceCenterId === null
    ? sql<boolean>`stock_level.service_center_id is null`
    : sql<boolean>`stock_level.service_center_id = ${serviceCenterId}::uuid`
}
