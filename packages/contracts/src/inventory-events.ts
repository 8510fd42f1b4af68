import { z } from 'zod'
import { event, Id, Instant } from './event.ts'

const Count = z.number()
const Minor = z.number().int()
const Currency = z.string().describe('ISO 4217 code of the amounts: INR.')
const Location = Id.nullable().describe('The service center; null is the central warehouse.')
const Item = Id.describe('The item.')
const UnitPrice = Minor.describe('Price of one unit before tax, in minor units.')
const HsnCode = z.string().nullable().describe('HSN code of the item, where it has one.')
const TaxRate = z.number().describe('Tax rate in percent.')
const Unit = z.string().describe('Unit in which it is counted: piece, set, litre.')

export const ItemState = z.object({
  itemId: Item,
  itemCode: z.string().describe('Code that people know it by: BRK-PAD-FR-01.'),
  name: z.string().describe('What it is called.'),
  category: z.string().describe('spare_part, consumable, tool or other; more may come.'),
  unit: Unit,
  unitPriceMinor: UnitPrice,
  currency: Currency,
  hsnCode: HsnCode,
  taxRate: TaxRate,
  isDiscontinued: z.boolean().describe('Whether it is not bought and sold any more.'),
})

export const ItemAdded = event('inventory.item.added.v1', {
  key: 'itemId',
  about: 'An item was added to the catalogue.',
  data: ItemState,
})

export const ItemChanged = event('inventory.item.changed.v1', {
  key: 'itemId',
  about: 'The particulars of an item were changed.',
  data: ItemState,
})

export const StockLevelChanged = event('inventory.stock-level.changed.v1', {
  key: 'stockLevelId',
  about: 'The stock of one item at one place changed: what is there, or what is reserved of it.',
  data: z.object({
    stockLevelId: Id.describe('The stock of one item at one place.'),
    itemId: Item,
    serviceCenterId: Location,
    onHand: Count.describe('What is there, with at most three decimals.'),
    reserved: Count.describe('What of it is set aside for documents.'),
    available: Count.describe('What is there and not set aside.'),
    reorderPoint: Count.nullable().describe('Where buying begins, if anything says so.'),
  }),
})

export const MovementRecorded = event('inventory.movement.recorded.v1', {
  key: 'movementId',
  about: 'Stock came in, went out or was counted anew. On hand is the sum of the movements.',
  data: z.object({
    movementId: Id.describe('The line of the stock ledger.'),
    itemId: Item,
    serviceCenterId: Location,
    movementType: z.string().describe('in, out, transfer or adjustment; more may come.'),
    quantity: Count.describe('How much, with at most three decimals; negative when it left.'),
    unitCostMinor: Minor.describe('Cost of one unit: what was paid, or the moving average.'),
    valueMinor: Minor.describe('Cost of all of it; negative when it left.'),
    currency: Currency,
    referenceType: z
      .string()
      .describe('opening, purchase, sale, job_card, transfer or adjustment; more may come.'),
    referenceId: Id.describe('The document that moved it.'),
    recordedAt: Instant.describe('When it was booked.'),
  }),
})

const ReservationLine = z.object({
  lineId: Id.describe('The line, named by the document.'),
  itemId: Item,
  description: z.string().describe('Name of the item when it was asked for.'),
  unit: Unit,
  quantity: Count.describe('How much the document asked for.'),
  status: z.string().describe('waiting, reserved, issued or released; more may come.'),
  unitPriceMinor: UnitPrice,
  currency: Currency,
  hsnCode: HsnCode,
  taxRate: TaxRate,
})

/** Every event of a reservation carries all its lines, priced when they were first reserved. */
export const ReservationState = z.object({
  reservationId: Id.describe('The reservation; it has the id of the request that it answers.'),
  documentType: z.string().describe('job_card or otc_order; more may come.'),
  documentId: Id.describe('The document that the stock is for.'),
  serviceCenterId: Id.describe('The service center whose stock it is.'),
  status: z.string().describe('placed, confirmed, issued, released or expired; more may come.'),
  lines: z.array(ReservationLine).describe('All lines, in the order of the document.'),
})

export const ReservationPlaced = event('inventory.reservation.placed.v1', {
  key: 'reservationId',
  about: 'Stock was set aside for a document, line by line; what is short waits.',
  data: ReservationState,
})

export const ReservationConfirmed = event('inventory.reservation.confirmed.v1', {
  key: 'reservationId',
  about: 'The document counts on its reservation, which does not expire any more.',
  data: ReservationState,
})

export const ReservationFilled = event('inventory.reservation.filled.v1', {
  key: 'reservationId',
  about: 'Stock arrived for lines that had waited.',
  data: ReservationState,
})

export const ReservationReleased = event('inventory.reservation.released.v1', {
  key: 'reservationId',
  about: 'Lines of a reservation were given back.',
  data: ReservationState,
})

export const ReservationIssued = event('inventory.reservation.issued.v1', {
  key: 'reservationId',
  about: 'What was reserved left stock, or was given back where it was not used.',
  data: ReservationState,
})

export const ReservationExpired = event('inventory.reservation.expired.v1', {
  key: 'reservationId',
  about: 'Nobody confirmed the reservation in time; its stock is free again.',
  data: ReservationState,
})

const StockAlertState = z.object({
  stockAlertId: Id.describe('The alert, from its raising to its clearing.'),
  itemId: Item,
  serviceCenterId: Location,
  available: Count.describe('What was available then.'),
  reorderPoint: Count.describe('The reorder point that it fell to.'),
})

export const StockAlertRaised = event('inventory.stock-alert.raised.v1', {
  key: 'stockAlertId',
  about: 'What is available of an item fell to its reorder point.',
  data: StockAlertState,
})

export const StockAlertCleared = event('inventory.stock-alert.cleared.v1', {
  key: 'stockAlertId',
  about: 'More than the reorder point is available again.',
  data: StockAlertState,
})

export const PurchaseRequestRaised = event('inventory.purchase-request.raised.v1', {
  key: 'purchaseRequestId',
  about: 'Somebody should buy: an item fell to its reorder point, or a document waits for it.',
  data: z.object({
    purchaseRequestId: Id.describe('The wish to buy.'),
    requestNumber: z.string().describe('Its number, for people: PR-000017.'),
    itemId: Item,
    serviceCenterId: Location,
    quantity: Count.describe('How much should be bought.'),
    cause: z.string().describe('reorder_point or shortage; more may come.'),
    documentId: Id.nullable().describe('The document that waits for it, if one does.'),
  }),
})
