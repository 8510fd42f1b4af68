import { randomUUIDv7 } from 'node:crypto'
import { ItemChanged } from '@forecourt/contracts/inventory-events'
import { Moment } from '@forecourt/platform/moment'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { adjustStock } from '../stock/adjustment.queries.ts'
import { shownMovement, StockMovement } from '../stock/movement.ts'
import { refuseForeignPlace } from '../stock/place.queries.ts'
import { setThresholds } from '../stock/threshold.queries.ts'
import { StockExplained } from './explain.ts'
import { explainStock } from './explain.queries.ts'
import { insertItem, oneItem, selectItems } from './item.queries.ts'
import {
  AddItem,
  ChangeItem,
  columnsOf,
  Item,
  stateOf,
  StockStatus,
  thresholdsOf,
  type ItemRow,
} from './item.ts'

const OfPlace = {
  /** `central` is the central warehouse. */
  serviceCenterId: z.union([z.uuid(), z.literal('central').transform(() => null)]).optional(),
}
type OfPlace = { serviceCenterId?: string | null }

const by = { createdAt: 'created_at', name: 'name', itemCode: 'item_code' }

export const listItems = endpoint.list('GET /inventory/items', {
  about: 'List the catalogue with its stock.',
  may: 'item.read',
  item: Item,
  filters: {
    category: { type: Item.shape.category },
    status: { type: StockStatus },
    itemCode: { type: z.string() },
    createdAt: { type: Moment },
  },
  sorts: { ...by, currentStock: 'current_stock', unitPrice: 'unit_price' },
  search: ['name', 'item_code', 'description'],
  query: OfPlace,
  from: (context, { query }) => selectItems(context, (query as OfPlace).serviceCenterId),
})

export const getItem = endpoint('GET /inventory/items/:id', {
  about: 'Show one item with its stock.',
  may: 'item.read',
  query: z.object(OfPlace),
  returns: Item,
  handle: (context, { params, query }) => oneItem(context, params.id, query.serviceCenterId),
})

export const addItem = endpoint('POST /inventory/items', {
  about: 'Add an item to the catalogue, with the stock that is there already.',
  may: 'item.create',
  message: 'Item added',
  body: AddItem,
  returns: Item,
  async handle(context, { body }) {
    const serviceCenterId = body.serviceCenterId ?? null
    if (serviceCenterId || body.currentStock) await refuseForeignPlace(context, serviceCenterId)
    const item = await insertItem(context, randomUUIDv7(), body)
    if (body.currentStock) {
      const opening = { itemId: item.id, serviceCenterId, quantityMilli: body.currentStock }
      const cause = { movementType: 'in', referenceType: 'opening', referenceId: item.id } as const
      await adjustStock(context, { ...opening, unitCostMinor: undefined }, cause)
    }
    return oneItem(context, item.id, body.serviceCenterId)
  },
})

export const changeItem = endpoint('PUT /inventory/items/:id', {
  about: 'Change an item, or the thresholds of one place.',
  may: 'item.update',
  message: 'Item changed',
  body: ChangeItem,
  returns: Item,
  async handle(context, { params, body }) {
    if (body.serviceCenterId) await refuseForeignPlace(context, body.serviceCenterId)
    const before = await lockRow<ItemRow>(context, 'item', params.id)
    const ofItem = body.serviceCenterId ? {} : thresholdsOf(body)
    const item = await changeRow(context, 'item', before, given({ ...columnsOf(body), ...ofItem }))
    context.emit(ItemChanged, item.version, stateOf(item))
    if (body.serviceCenterId) await setThresholds(context, item, body.serviceCenterId, body)
    return oneItem(context, item.id, body.serviceCenterId ?? undefined)
  },
})

export const listMovements = endpoint.list('GET /inventory/items/:id/movements', {
  about: 'List what came in and went out of an item.',
  may: 'item.read',
  item: StockMovement,
  filters: {
    movementType: { type: StockMovement.shape.movementType },
    referenceType: { type: StockMovement.shape.referenceType },
    referenceId: { type: z.uuid() },
    serviceCenterId: { type: z.uuid() },
    createdAt: { type: Moment },
  },
  sorts: { createdAt: 'created_at' },
  from: ({ db }, { params }) =>
    db
      .selectFrom('stockMovement')
      .selectAll()
      .where('itemId', '=', params['id'] ?? ''),
  row: shownMovement,
})

export const explainItem = endpoint('GET /inventory/items/:id/explain', {
  about: 'Show the rows behind the figures of an item: its movements and what holds its stock.',
  may: 'item.read',
  query: z.object(OfPlace),
  returns: StockExplained,
  handle: (context, { params, query }) => explainStock(context, params.id, query.serviceCenterId),
})
