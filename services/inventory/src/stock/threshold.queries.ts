import { given } from '@forecourt/platform/table'
import { sql } from 'kysely'
import { watchReorderPoint } from '../alert/alert.queries.ts'
import { thresholdsOf, type ChangeItem, type ItemRow } from '../item/item.ts'
import { holdLevels, type Writing } from './level.queries.ts'
import { tellLevel } from './stock.queries.ts'

/** Sets the thresholds of an item at one place; they may be crossed by that alone. */
export async function setThresholds(
  writing: Writing,
  item: ItemRow,
  serviceCenterId: string,
  body: ChangeItem,
): Promise<void> {
  const held = (await holdLevels(writing.db, serviceCenterId, [item.id])).get(item.id)
  if (!held) throw new Error(`There is no level of ${item.id}.`)
  const level = await writing.db
    .updateTable('stockLevel')
    .set({ ...given(thresholdsOf(body)), updatedAt: sql`now()` })
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('id', '=', held.level.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  tellLevel(writing.emit, level, item)
  await watchReorderPoint(writing, held, { level, item })
}
