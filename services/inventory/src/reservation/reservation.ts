import { z } from 'zod'

/** How long stock is set aside for a document that does not say that it counts on it. */
export const CONFIRM_WITHIN_MS = 15 * 60_000

/** Stock set aside for one document; its id is the id of the request that asked for it. */
export const ReservationRow = z.object({
  id: z.uuid(),
  documentType: z.enum(['job_card', 'otc_order']),
  documentId: z.uuid(),
  serviceCenterId: z.uuid(),
  status: z.string(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type ReservationRow = z.infer<typeof ReservationRow>

/** One item of a reservation, priced when it was asked for. */
export const ReservationLineRow = z.object({
  id: z.uuid(),
  reservationId: z.uuid(),
  itemId: z.uuid(),
  serviceCenterId: z.uuid(),
  position: z.number().int(),
  quantityMilli: z.number().int(),
  status: z.enum(['waiting', 'reserved', 'issued', 'released']),
  description: z.string(),
  unit: z.string(),
  unitPriceMinor: z.number().int(),
  currency: z.string(),
  hsnCode: z.string().nullable(),
  taxRateBp: z.number().int(),
  createdAt: z.string(),
})
export type ReservationLineRow = z.infer<typeof ReservationLineRow>

export type LineStatus = ReservationLineRow['status']

/** The whole state that every event of a reservation carries. */
export function stateOf(reservation: ReservationRow, lines: readonly ReservationLineRow[]) {
  return {
    reservationId: reservation.id,
    documentType: reservation.documentType,
    documentId: reservation.documentId,
    serviceCenterId: reservation.serviceCenterId,
    status: reservation.status,
    lines: lines.map((line) => ({
      lineId: line.id,
      itemId: line.itemId,
      description: line.description,
      unit: line.unit,
      quantity: line.quantityMilli / 1_000,
      status: line.status,
      unitPriceMinor: line.unitPriceMinor,
      currency: line.currency,
      hsnCode: line.hsnCode,
      taxRate: line.taxRateBp / 100,
    })),
  }
}

/** Whether a line still holds stock, or waits for it. */
export function isOpen({ status }: { status: LineStatus }): boolean {
  return status === 'waiting' || status === 'reserved'
}

/** Lines by their item, in the one order in which everybody takes locks. */
export function inOrderOfItems<Line extends { itemId: string }>(
  lines: readonly Line[],
): [itemId: string, lines: Line[]][] {
  const byItem = Map.groupBy(lines, ({ itemId }) => itemId)
  return [...byItem].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

export function sumOf(lines: readonly { quantityMilli: number }[]): number {
  return lines.reduce((sum, { quantityMilli }) => sum + quantityMilli, 0)
}
