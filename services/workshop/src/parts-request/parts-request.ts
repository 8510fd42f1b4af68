import { Amount, GivenQuantity, Quantity, TaxRate } from '@forecourt/contracts/money'
import { z } from 'zod'

/** What a job card needs of inventory; its reservation there has the same id. */
export const PartsRequestRow = z.object({
  id: z.uuid(),
  jobCardId: z.uuid(),
  serviceCenterId: z.uuid(),
  status: z.string(),
  requestedBy: z.uuid().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type PartsRequestRow = z.infer<typeof PartsRequestRow>

/** One part of it. Its price is fixed by inventory, when it is reserved. */
export const PartsRequestLineRow = z.object({
  id: z.uuid(),
  partsRequestId: z.uuid(),
  jobCardId: z.uuid(),
  serviceCenterId: z.uuid(),
  position: z.number().int(),
  itemId: z.uuid(),
  itemName: z.string(),
  unit: z.string(),
  quantityMilli: z.number().int(),
  usedMilli: z.number().int().nullable(),
  status: z.enum(['requested', 'reserved', 'short', 'issued', 'released']),
  unitPriceMinor: z.number().int(),
  currency: z.string(),
  hsnCode: z.string().nullable(),
  taxRateBp: z.number().int(),
  isWarranty: z.boolean(),
  warrantyNumber: z.string().nullable(),
  /** Asked for because more was used than was reserved; the card does not wait for it. */
  atCompletion: z.boolean(),
})
export type PartsRequestLineRow = z.infer<typeof PartsRequestLineRow>

/** The body of a request for parts. */
export const RequestParts = z.object({
  items: z
    .array(
      z.object({
        itemId: z.uuid('Choose an item'),
        quantity: GivenQuantity.refine((milli) => milli > 0, 'Must be more than 0'),
      }),
    )
    .min(1, 'Name at least one part')
    .max(50),
})
export type RequestParts = z.infer<typeof RequestParts>

/** A line as the card's parts list shows it. */
export const RequiredPart = z
  .object({
    id: z.uuid(),
    itemId: z.uuid(),
    itemName: z.string(),
    unit: z.string(),
    quantity: Quantity,
    unitPrice: Amount,
    taxRate: TaxRate,
    /** What is free of it in the center. */
    available: Quantity,
    status: PartsRequestLineRow.shape.status,
  })
  .meta({ id: 'RequiredPart' })

/** Whether inventory has still to grant a line. */
export function isOutstanding({ status }: { status: string }): boolean {
  return status === 'requested' || status === 'short'
}

/** How inventory's word for a line is called at the card. */
export function statusOf(reserved: string): PartsRequestLineRow['status'] {
  if (reserved === 'waiting') return 'short'
  if (reserved === 'issued' || reserved === 'released' || reserved === 'reserved') return reserved
  throw new Error(`Inventory says ${reserved} of a line, which is not known here.`)
}

/** What the house says of a request as a whole. */
export function wholeStatusOf(lines: readonly { status: string }[]): string {
  if (lines.some(({ status }) => status === 'requested')) return 'requested'
  if (lines.some(({ status }) => status === 'short')) return 'waiting'
  if (lines.some(({ status }) => status === 'reserved')) return 'reserved'
  return lines.some(({ status }) => status === 'issued') ? 'used' : 'withdrawn'
}
