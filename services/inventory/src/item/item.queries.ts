import { ItemAdded } from '@forecourt/contracts/inventory-events'
import { Quantity } from '@forecourt/contracts/money'
import { isOfAllCenters, type Me } from '@forecourt/platform/me'
import { problem } from '@forecourt/platform/problem'
import { given } from '@forecourt/platform/table'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Means, Tables } from '../db.ts'
import type { Writing } from '../stock/level.queries.ts'
import { columnsOf, stateOf, thresholdsOf, type AddItem, type Item, type ItemRow } from './item.ts'

/** Adds an item to the catalogue. Throws `item_code_taken`. */
export async function insertItem(
  { db, emit, settingOf }: Writing & Means,
  id: string,
  body: AddItem,
): Promise<ItemRow> {
  const { itemCode, name, category, unitPrice, taxRate } = body
  const needed = { id, itemCode, name, category, unitPriceMinor: unitPrice, taxRateBp: taxRate }
  const usual = Quantity.nullable().parse(settingOf('defaultReorderPoint'))
  const reorderPointMilli = body.reorderPoint === undefined ? usual : body.reorderPoint
  const said = given({ ...columnsOf(body), ...thresholdsOf(body) })
  const item = await db
    .insertInto('item')
    .values({ ...newItem, ...needed, ...said, reorderPointMilli })
    .onConflict((conflict) => conflict.column('itemCode').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!item) throw problem('item_code_taken', { itemCode })
  emit(ItemAdded, item.version, stateOf(item))
  return item
}

/** What an item is unless its body says otherwise. */
const newItem = {
  unit: 'piece',
  costPriceMinor: 0,
  currency: 'INR',
  minStockLevelMilli: 0,
  isDiscontinued: false,
}

/** One item as `selectItems` shows it. Throws `not_found`. */
export async function oneItem(
  context: { db: Kysely<Tables>; me: Me },
  id: string,
  serviceCenterId: string | null | undefined,
) {
  const item = await selectItems(context, serviceCenterId).where('id', '=', id).executeTakeFirst()
  if (!item) throw problem('not_found')
  return item
}

/**
 * Items with their stock at one place, or, where none is asked for, at the caller's centers: an
 * administrator sees the sum of all places.
 */
export function selectItems(
  { db, me }: { db: Kysely<Tables>; me: Me },
  serviceCenterId: string | null | undefined,
) {
  const figures = sql<Figures>`(
    select coalesce(sum(on_hand_milli), 0)::bigint as on_hand,
           coalesce(sum(reserved_milli), 0)::bigint as reserved,
           max(min_stock_level_milli) as min_stock_level,
           max(max_stock_level_milli) as max_stock_level,
           max(reorder_point_milli) as reorder_point
      from stock_level where item_id = item.id and ${placesCounted(me, serviceCenterId)})`
  const place = placeOf(me, serviceCenterId)
  const shown = db
    .selectFrom('item')
    .innerJoinLateral(figures.as('stock'), (join) => join.onTrue())
    .select([
      'item.id',
      'itemCode',
      'name',
      'category',
      'description',
      'unit',
      'unitPriceMinor as unitPrice',
      'currency',
      'hsnCode',
      'taxRateBp as taxRate',
      'item.version',
      'item.createdAt',
      'item.updatedAt',
      // What things cost the house is for those who look after its stock.
      sql<number | null>`case when ${me.may('stock.adjust')} then cost_price_minor end`.as(
        'costPrice',
      ),
      sql<number>`stock.on_hand`.as('currentStock'),
      sql<number>`stock.reserved`.as('reserved'),
      sql<number>`stock.on_hand - stock.reserved`.as('available'),
      sql<number>`coalesce(stock.min_stock_level, item.min_stock_level_milli)`.as('minStockLevel'),
      sql<number | null>`coalesce(stock.max_stock_level, item.max_stock_level_milli)`.as(
        'maxStockLevel',
      ),
      sql<number | null>`coalesce(stock.reorder_point, item.reorder_point_milli)`.as(
        'reorderPoint',
      ),
      sql<Place>`${place === null ? 'central_warehouse' : 'service_center'}::text`.as('location'),
      sql<string | null>`${place ?? null}::uuid`.as('serviceCenterId'),
      statusOfStock.as('status'),
      levelsOfItem.as('levels'),
    ])
  return db.selectFrom(shown.as('item')).selectAll()
}

type Place = 'central_warehouse' | 'service_center'
type Shown = z.output<typeof Item>
interface Figures {
  onHand: number
  reserved: number
  minStockLevel: number | null
  maxStockLevel: number | null
  reorderPoint: number | null
}

const statusOfStock = sql<Shown['status']>`case
  when item.is_discontinued then 'discontinued'
  when stock.on_hand - stock.reserved <= 0 then 'out_of_stock'
  when stock.on_hand - stock.reserved
    <= coalesce(stock.reorder_point, item.reorder_point_milli, -1) then 'low_stock'
  else 'available' end`

/** Every place that the caller may see. */
const levelsOfItem = sql<Shown['levels']>`coalesce((
  select jsonb_agg(jsonb_build_object(
           'location', case when service_center_id is null
                         then 'central_warehouse' else 'service_center' end,
           'serviceCenterId', service_center_id,
           'currentStock', on_hand_milli,
           'reserved', reserved_milli,
           'available', on_hand_milli - reserved_milli,
           'reorderPoint', coalesce(reorder_point_milli, item.reorder_point_milli))
         order by service_center_id nulls first)
    from stock_level where item_id = item.id), '[]')`

/** Which places the figures count, as a condition over a table's `service_center_id`. */
export function placesCounted(
  me: Me,
  serviceCenterId: string | null | undefined,
  table = 'stock_level',
) {
  const place = sql.ref(`${table}.service_center_id`)
  if (serviceCenterId === null) return sql<boolean>`${place} is null`
  if (serviceCenterId) return sql<boolean>`${place} = ${serviceCenterId}::uuid`
  if (isOfAllCenters(me)) return sql<boolean>`true`
  return sql<boolean>`${place} = any (${[...me.centers]}::uuid[])`
}

function placeOf(me: Me, serviceCenterId: string | null | undefined): string | null | undefined {
  if (serviceCenterId !== undefined) return serviceCenterId
  return isOfAllCenters(me) ? null : me.centers[0]
}
