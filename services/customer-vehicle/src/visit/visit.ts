import { Amount, Quantity } from '@forecourt/contracts/money'
import { z } from 'zod'

const Service = z.object({
  lineId: z.uuid(),
  serviceType: z.string(),
  description: z.string(),
  status: z.string(),
  priceMinor: z.number().int(),
  taxRate: z.number(),
})
const AdditionalService = z.object({
  lineId: z.uuid(),
  description: z.string(),
  costMinor: z.number().int(),
  taxRate: z.number(),
  decision: z.string(),
})
const Part = z.object({
  itemId: z.uuid(),
  description: z.string(),
  unit: z.string(),
  quantity: z.number(),
  unitPriceMinor: z.number().int(),
  taxRate: z.number(),
  isWarranty: z.boolean(),
})

/** A vehicle's visit to a workshop: the job card's public state, and when it came to which. */
export const VisitRow = z.object({
  id: z.uuid(),
  jobCardNumber: z.string(),
  serviceRequestId: z.uuid(),
  vehicleId: z.uuid(),
  customerId: z.uuid(),
  serviceCenterId: z.uuid(),
  status: z.string(),
  isHomeService: z.boolean(),
  assignedEngineer: z.uuid().nullable(),
  odometerReading: z.number().int().nullable(),
  services: z.array(Service),
  additionalServices: z.array(AdditionalService),
  partsUsed: z.array(Part),
  totalMinor: z.number().int(),
  currency: z.string(),
  paymentStatus: z.string(),
  openedAt: z.string(),
  completedAt: z.string().nullable(),
  deliveredAt: z.string().nullable(),
  version: z.number().int(),
})
export type VisitRow = z.infer<typeof VisitRow>

/** What a visit was billed with; a draft has no number and is not here. */
export const VisitInvoiceRow = z.object({
  id: z.uuid(),
  jobCardId: z.uuid(),
  serviceCenterId: z.uuid(),
  invoiceNumber: z.string(),
  invoiceDate: z.string().nullable(),
  status: z.string(),
  totalMinor: z.number().int(),
  version: z.number().int(),
})

/** A visit as the vehicle's history shows it. */
export const Visit = VisitRow.pick({
  id: true,
  jobCardNumber: true,
  serviceRequestId: true,
  serviceCenterId: true,
  customerId: true,
  status: true,
  isHomeService: true,
  assignedEngineer: true,
  odometerReading: true,
  openedAt: true,
  completedAt: true,
  deliveredAt: true,
  currency: true,
  paymentStatus: true,
})
  .extend({
    jobCardId: z.uuid(),
    /** What was ordered, and what the customer agreed to meanwhile. */
    services: z.array(
      z.object({
        serviceType: z.string(),
        description: z.string(),
        status: z.string(),
        price: Amount,
      }),
    ),
    partsUsed: z.array(
      z.object({
        itemId: z.uuid(),
        itemName: z.string(),
        unit: z.string(),
        quantity: Quantity,
        unitPrice: Amount,
        isWarranty: z.boolean(),
      }),
    ),
    /** With tax: of the invoice, or what the visit comes to so far. */
    totalAmount: Amount,
    invoiceId: z.uuid().nullable(),
    invoiceNumber: z.string().nullable(),
    invoiceDate: z.string().nullable(),
  })
  .meta({ id: 'Visit' })

export type ReadVisit = VisitRow & {
  invoiceId: string | null
  invoiceNumber: string | null
  invoiceDate: string | null
  invoiceTotalMinor: number | null
}

export function shownVisit(visit: ReadVisit): z.output<typeof Visit> {
  const { additionalServices, services, partsUsed, totalMinor, invoiceTotalMinor, ...rest } = visit
  const agreed = additionalServices.filter(isAgreed)
  return {
    ...rest,
    jobCardId: rest.id,
    services: [
      ...services.map((service) => ({ ...service, price: service.priceMinor })),
      ...agreed.map(({ description, costMinor }) => {
        const status = rest.completedAt === null ? 'pending' : 'completed'
        return { serviceType: 'additional', description, status, price: costMinor }
      }),
    ],
    partsUsed: partsUsed.map(({ description, quantity, unitPriceMinor, ...part }) => ({
      ...part,
      itemName: description,
      quantity: Math.round(quantity * 1_000),
      unitPrice: unitPriceMinor,
    })),
    totalAmount: invoiceTotalMinor ?? totalMinor,
  }
}

function isAgreed({ decision }: { decision: string }): boolean {
  return decision === 'approved'
}

type Lines = Pick<VisitRow, 'services' | 'additionalServices' | 'partsUsed'>

/** What the lines of a visit come to with tax, each rounded by itself. */
export function totalOf({ services, additionalServices, partsUsed }: Lines): number {
  const work = services.filter(({ status }) => status !== 'skipped')
  const lines = [
    ...work.map(({ priceMinor, taxRate }) => withTax(priceMinor, taxRate)),
    ...additionalServices
      .filter(isAgreed)
      .map(({ costMinor, taxRate }) => withTax(costMinor, taxRate)),
    ...partsUsed.map(({ quantity, unitPriceMinor, taxRate }) =>
      withTax(Math.round(quantity * unitPriceMinor), taxRate),
    ),
  ]
  return lines.reduce((sum, line) => sum + line, 0)
}

function withTax(minor: number, taxRate: number): number {
  return minor + Math.round((minor * taxRate) / 100)
}
