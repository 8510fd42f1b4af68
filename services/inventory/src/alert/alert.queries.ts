import { randomUUIDv7 } from 'node:crypto'
import {
  PurchaseRequestRaised,
  StockAlertCleared,
  StockAlertRaised,
} from '@forecourt/contracts/inventory-events'
import { documentNumber } from '@forecourt/platform/document-number'
import { sql } from 'kysely'
import { availableMilli, isLow, reorderPointOf } from '../stock/stock-level.ts'
import type { HeldLevel, Writing } from '../stock/level.queries.ts'
import { quantityToBuy } from './purchase-request.ts'
import type { StockAlertRow } from './stock-alert.ts'

/**
 * Raises one alert and one purchase request when a level falls to its reorder point, and clears
 * the alert when it rises above. A movement that stays on one side says nothing.
 */
export async function watchReorderPoint(
  writing: Writing,
  before: HeldLevel,
  now: HeldLevel,
): Promise<void> {
  const wasLow = isLow(before.level, reorderPointOf(before.level, before.item))
  const lowNow = isLow(now.level, reorderPointOf(now.level, now.item))
  if (!wasLow && lowNow) {
    await raiseAlert(writing, now)
    const quantityMilli = quantityToBuy(now.level, now.item)
    await raisePurchaseRequest(writing, now, { quantityMilli, cause: 'reorder_point' })
  }
  if (wasLow && !lowNow) await clearAlert(writing, now)
}

async function raiseAlert({ db, emit }: Writing, { level, item }: HeldLevel): Promise<void> {
  const alert = await db
    .insertInto('stockAlert')
    .values({
      id: randomUUIDv7(),
      itemId: level.itemId,
      serviceCenterId: level.serviceCenterId,
      availableMilli: availableMilli(level),
      reorderPointMilli: reorderPointOf(level, item) ?? 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (alert) emit(StockAlertRaised, alert.version, stateOf(alert))
}

async function clearAlert({ db, emit }: Writing, { level }: HeldLevel): Promise<void> {
  const alerts = await db
    .updateTable('stockAlert')
    .set({
      clearedAt: sql<string>`now()`,
      updatedAt: sql<string>`now()`,
      availableMilli: availableMilli(level),
    })
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('itemId', '=', level.itemId)
    .where('serviceCenterId', 'is not distinct from', level.serviceCenterId)
    .where('clearedAt', 'is', null)
    .returningAll()
    .execute()
  for (const alert of alerts) emit(StockAlertCleared, alert.version, stateOf(alert))
}

function stateOf(alert: StockAlertRow) {
  return {
    stockAlertId: alert.id,
    itemId: alert.itemId,
    serviceCenterId: alert.serviceCenterId,
    available: alert.availableMilli / 1_000,
    reorderPoint: alert.reorderPointMilli / 1_000,
  }
}

interface Wish {
  quantityMilli: number
  cause: 'reorder_point' | 'shortage'
  documentId?: string
}

/** Asks for a purchase, unless one is asked for already at this place. */
export async function raisePurchaseRequest(
  { db, emit }: Writing,
  { level }: HeldLevel,
  { quantityMilli, cause, documentId }: Wish,
): Promise<void> {
  const request = await db
    .insertInto('purchaseRequest')
    .values({
      id: randomUUIDv7(),
      requestNumber: documentNumber('PR', 'purchase_request_number'),
      itemId: level.itemId,
      serviceCenterId: level.serviceCenterId,
      quantityMilli,
      cause,
      documentId: documentId ?? null,
      status: 'open',
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!request) return
  emit(PurchaseRequestRaised, request.version, {
    purchaseRequestId: request.id,
    requestNumber: request.requestNumber,
    itemId: request.itemId,
    serviceCenterId: request.serviceCenterId,
    quantity: request.quantityMilli / 1_000,
    cause: request.cause,
    documentId: request.documentId,
  })
}
