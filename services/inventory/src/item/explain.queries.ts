import type { Me } from '@forecourt/platform/me'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '../db.ts'
import type { StockExplained } from './explain.ts'
import { oneItem, placesCounted } from './item.queries.ts'

/** How many movements are listed one by one; what came before them is one sum. */
const NEWEST = 200

/** The rows behind an item's figures, at the places that the figures count. */
export async function explainStock(
  context: { db: Kysely<Tables>; me: Me },
  itemId: string,
  serviceCenterId: string | null | undefined,
): Promise<z.output<typeof StockExplained>> {
  const { db, me } = context
  const [item, movements, open] = await Promise.all([
    oneItem(context, itemId, serviceCenterId),
    db
      .selectFrom('stockMovement')
      .selectAll()
      .where('itemId', '=', itemId)
      .where(placesCounted(me, serviceCenterId, 'stock_movement'))
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(NEWEST)
      .execute(),
    db
      .selectFrom('reservationLine')
      .innerJoin('reservation', 'reservation.id', 'reservationLine.reservationId')
      .where('itemId', '=', itemId)
      .where('reservationLine.status', 'in', ['reserved', 'waiting'])
      .where(placesCounted(me, serviceCenterId, 'reservation_line'))
      .select([
        'reservation.id as reservationId',
        'documentType',
        'documentId',
        'reservation.serviceCenterId',
        'reservationLine.status',
        'quantityMilli as quantity',
        'reservationLine.createdAt',
      ])
      .orderBy('reservationLine.createdAt')
      .execute(),
  ])
  const listed = movements.reduce((sum, { quantityMilli }) => sum + quantityMilli, 0)
  return {
    itemId,
    currentStock: {
      quantity: item.currentStock,
      movements: movements.map((movement) => ({
        ...movement,
        quantity: movement.quantityMilli,
        value: movement.valueMinor,
      })),
      earlier: item.currentStock - listed,
    },
    reserved: {
      quantity: item.reserved,
      holders: open.filter(({ status }) => status === 'reserved'),
    },
    waiting: open.filter(({ status }) => status === 'waiting'),
  }
}
