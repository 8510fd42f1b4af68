import { Amount, GivenAmount, GivenQuantity, Quantity, TaxRate } from '@forecourt/contracts/money'
import { z } from 'zod'

/** A part, consumable or tool of the catalogue. Quantities are thousandths of its unit. */
export const ItemRow = z.object({
  id: z.uuid(),
  itemCode: z.string(),
  name: z.string(),
  category: z.enum(['spare_part', 'consumable', 'tool', 'other']),
  description: z.string().nullable(),
  unit: z.string(),
  unitPriceMinor: z.number().int(),
  costPriceMinor: z.number().int(),
  currency: z.string(),
  hsnCode: z.string().nullable(),
  taxRateBp: z.number().int(),
  minStockLevelMilli: z.number().int(),
  maxStockLevelMilli: z.number().int().nullable(),
  reorderPointMilli: z.number().int().nullable(),
  isDiscontinued: z.boolean(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type ItemRow = z.infer<typeof ItemRow>

const text = (max: number) => z.string().trim().min(1, 'Must not be empty').max(max)

const Particulars = z.object({
  name: text(120),
  category: ItemRow.shape.category,
  description: text(1_000).nullish(),
  unit: text(20).optional(),
  unitPrice: GivenAmount,
  costPrice: GivenAmount.optional(),
  hsnCode: z
    .string()
    .regex(/^[0-9]{4}([0-9]{2}){0,2}$/, 'Must be an HSN code of 4, 6 or 8 digits')
    .nullish(),
  taxRate: TaxRate,
  minStockLevel: GivenQuantity.optional(),
  maxStockLevel: GivenQuantity.nullish(),
  reorderPoint: GivenQuantity.nullish(),
})

export const AddItem = Particulars.extend({
  itemCode: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9][A-Z0-9._/-]{0,39}$/, 'Must be letters, digits and . _ / -, at most 40'),
  /** Stock that is there already, and where: no center is the central warehouse. */
  currentStock: GivenQuantity.optional(),
  serviceCenterId: z.uuid('Choose a service center').nullish(),
}).refine(thresholdsInOrder, {
  path: ['maxStockLevel'],
  error: 'Must not be below the lowest level',
})
export type AddItem = z.infer<typeof AddItem>

/** Absent means unchanged, null means cleared. With a center, the thresholds are that center's. */
export const ChangeItem = Particulars.partial()
  .extend({
    status: z.enum(['available', 'discontinued']).optional(),
    serviceCenterId: z.uuid('Choose a service center').nullish(),
  })
  .refine(thresholdsInOrder, {
    path: ['maxStockLevel'],
    error: 'Must not be below the lowest level',
  })
export type ChangeItem = z.infer<typeof ChangeItem>

function thresholdsInOrder(body: {
  minStockLevel?: number | undefined
  maxStockLevel?: number | null | undefined
}): boolean {
  const { minStockLevel, maxStockLevel } = body
  return !maxStockLevel || minStockLevel === undefined || minStockLevel <= maxStockLevel
}

/** The columns that a body names; what it leaves out is left out here too. */
export function columnsOf(body: AddItem | ChangeItem) {
  return {
    name: body.name,
    category: body.category,
    description: body.description,
    unit: body.unit,
    unitPriceMinor: body.unitPrice,
    costPriceMinor: body.costPrice,
    hsnCode: body.hsnCode,
    taxRateBp: body.taxRate,
    isDiscontinued: 'status' in body && body.status ? body.status === 'discontinued' : undefined,
  }
}

export function thresholdsOf(body: AddItem | ChangeItem) {
  return {
    minStockLevelMilli: body.minStockLevel,
    maxStockLevelMilli: body.maxStockLevel,
    reorderPointMilli: body.reorderPoint,
  }
}

export const StockStatus = z.enum(['available', 'low_stock', 'out_of_stock', 'discontinued'])

const Level = z.object({
  location: z.enum(['central_warehouse', 'service_center']),
  serviceCenterId: z.uuid().nullable(),
  currentStock: Quantity,
  reserved: Quantity,
  available: Quantity,
  reorderPoint: Quantity.nullable(),
})

/** An item with its stock: that of the caller's centers, of the one asked for, or of all. */
export const Item = z
  .object({
    id: z.uuid(),
    itemCode: z.string(),
    name: z.string(),
    category: ItemRow.shape.category,
    description: z.string().nullable(),
    unit: z.string(),
    unitPrice: Amount,
    /** Null for those who may not know it. */
    costPrice: Amount.nullable(),
    currency: z.string(),
    hsnCode: z.string().nullable(),
    taxRate: TaxRate,
    currentStock: Quantity,
    reserved: Quantity,
    available: Quantity,
    minStockLevel: Quantity,
    maxStockLevel: Quantity.nullable(),
    reorderPoint: Quantity.nullable(),
    location: z.enum(['central_warehouse', 'service_center']),
    serviceCenterId: z.uuid().nullable(),
    status: StockStatus,
    levels: z.array(Level),
    version: z.number().int(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Item' })

/** The state that every event of an item carries. */
export function stateOf(item: ItemRow) {
  return {
    itemId: item.id,
    itemCode: item.itemCode,
    name: item.name,
    category: item.category,
    unit: item.unit,
    unitPriceMinor: item.unitPriceMinor,
    currency: item.currency,
    hsnCode: item.hsnCode,
    taxRate: item.taxRateBp / 100,
    isDiscontinued: item.isDiscontinued,
  }
}
