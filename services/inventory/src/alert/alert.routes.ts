import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { endpoint, type Tables } from '../db.ts'
import { PurchaseRequest } from './purchase-request.ts'
import { StockAlert } from './stock-alert.ts'

export const listAlerts = endpoint.list('GET /inventory/alerts', {
  about: 'List what has fallen to its reorder point.',
  may: 'item.read',
  item: StockAlert,
  filters: {
    itemId: { type: z.uuid() },
    serviceCenterId: { type: z.uuid() },
    status: { type: StockAlert.shape.status },
  },
  sorts: { createdAt: 'created_at', available: 'available', itemCode: 'item_code' },
  search: ['item_code', 'name'],
  from: ({ db }) => selectAlerts(db),
})

function selectAlerts(db: Kysely<Tables>) {
  const onHand = sql<number>`coalesce(stock_level.on_hand_milli, 0)`
  const reserved = sql<number>`coalesce(stock_level.reserved_milli, 0)`
  const open = db
    .selectFrom('stockAlert')
    .innerJoin('item', 'item.id', 'stockAlert.itemId')
    .leftJoin('stockLevel', (join) =>
      join.onRef('stockLevel.itemId', '=', 'stockAlert.itemId').on(atSamePlace('stock_level')),
    )
    .leftJoin('purchaseRequest', (join) =>
      join
        .onRef('purchaseRequest.itemId', '=', 'stockAlert.itemId')
        .on('purchaseRequest.status', '=', 'open')
        .on(atSamePlace('purchase_request')),
    )
    .where('stockAlert.clearedAt', 'is', null)
    .select([
      'stockAlert.id',
      'stockAlert.itemId',
      'stockAlert.serviceCenterId',
      'stockAlert.createdAt',
      'item.itemCode',
      'item.name',
      'item.unit',
      onHand.as('currentStock'),
      reserved.as('reserved'),
      sql<number>`${onHand} - ${reserved}`.as('available'),
      'stockAlert.reorderPointMilli as reorderPoint',
      sql<'low_stock' | 'out_of_stock'>`
        case when ${onHand} - ${reserved} <= 0 then 'out_of_stock' else 'low_stock' end`.as(
        'status',
      ),
      'purchaseRequest.id as purchaseRequestId',
    ])
  return db.selectFrom(open.as('alert')).selectAll()
}

/** The warehouse is no center, and no center equals no center here. */
function atSamePlace(table: string) {
  const place = sql.ref(`${table}.service_center_id`)
  return sql<boolean>`${place} is not distinct from stock_alert.service_center_id`
}

export const listPurchaseRequests = endpoint.list('GET /inventory/purchase-requests', {
  about: 'List what should be bought.',
  may: 'item.read',
  item: PurchaseRequest,
  filters: {
    status: { type: PurchaseRequest.shape.status },
    cause: { type: PurchaseRequest.shape.cause },
    itemId: { type: z.uuid() },
    serviceCenterId: { type: z.uuid() },
    documentId: { type: z.uuid() },
  },
  sorts: { createdAt: 'created_at', requestNumber: 'request_number' },
  search: ['request_number', 'item_code', 'name'],
  from: ({ db }) => selectPurchaseRequests(db),
})

function selectPurchaseRequests(db: Kysely<Tables>) {
  const requests = db
    .selectFrom('purchaseRequest')
    .innerJoin('item', 'item.id', 'purchaseRequest.itemId')
    .selectAll('purchaseRequest')
    .select([
      'item.itemCode',
      'item.name',
      'item.unit',
      'purchaseRequest.quantityMilli as quantity',
    ])
  return db.selectFrom(requests.as('request')).selectAll()
}
