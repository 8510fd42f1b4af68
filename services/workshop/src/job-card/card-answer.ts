import { FileAddress } from '@forecourt/contracts/file-address'
import { Amount, Quantity, TaxRate } from '@forecourt/contracts/money'
import { z } from 'zod'
import { AdditionalService, type AdditionalServiceRow } from '../approval/approval.ts'
import type { PartsRequestLineRow } from '../parts-request/parts-request.ts'
import { JobCardRow, JobCardServiceRow } from './job-card.ts'

const ShownService = z.object({
  id: z.uuid(),
  serviceType: z.string(),
  description: z.string(),
  estimatedTime: Quantity.nullable(),
  actualTime: Quantity.nullable(),
  status: JobCardServiceRow.shape.status,
  completedBy: z.uuid().nullable(),
  completedAt: z.string().nullable(),
  price: Amount,
  sacCode: z.string().nullable(),
  taxRate: TaxRate,
})

const UsedPart = z.object({
  itemId: z.uuid(),
  itemName: z.string(),
  quantity: Quantity,
  unitPrice: Amount,
  total: Amount,
  isWarranty: z.boolean(),
  warrantyNumber: z.string().nullable(),
})

export const JobCard = JobCardRow.pick({
  id: true,
  jobCardNumber: true,
  serviceRequestId: true,
  customerId: true,
  vehicleId: true,
  serviceCenterId: true,
  status: true,
  isHomeService: true,
  assignedEngineer: true,
  assignedDate: true,
  startedAt: true,
  completedAt: true,
  deliveredAt: true,
  engineerNotes: true,
  customerNotes: true,
  paymentStatus: true,
  invoiceId: true,
  reason: true,
  version: true,
  createdAt: true,
  updatedAt: true,
})
  .extend({
    /** The status in the words of the screens. */
    currentStage: z.string(),
    preInspection: z
      .object({
        odometerReading: z.number().nullable(),
        fuelLevel: z.number().nullable(),
        exteriorCondition: z.string().nullable(),
        interiorCondition: z.string().nullable(),
        issuesReported: z.array(z.string()),
        images: z.array(FileAddress),
        estimatedCost: Amount.nullable(),
        estimatedTime: Quantity.nullable(),
        inspectedBy: z.uuid().nullable(),
        inspectedAt: z.string(),
      })
      .nullable(),
    services: z.array(ShownService),
    additionalServices: z.array(AdditionalService),
    partsUsed: z.array(UsedPart),
    customerName: z.string().nullable(),
    vehicleNumber: z.string().nullable(),
    /** What may be done with it next, by whoever asks. */
    available: z.array(z.string()),
  })
  .meta({ id: 'JobCard' })

/** The state that every event of a card carries. */
export function stateOf(
  card: JobCardRow,
  services: readonly JobCardServiceRow[],
  proposed: readonly AdditionalServiceRow[],
  parts: readonly PartsRequestLineRow[],
) {
  return {
    jobCardId: card.id,
    jobCardNumber: card.jobCardNumber,
    serviceRequestId: card.serviceRequestId,
    customerId: card.customerId,
    vehicleId: card.vehicleId,
    serviceCenterId: card.serviceCenterId,
    status: card.status,
    isHomeService: card.isHomeService,
    assignedEngineer: card.assignedEngineer,
    odometerReading: card.odometerReading,
    currency: card.currency,
    services: services.map((service) => ({
      lineId: service.id,
      serviceType: service.serviceType,
      description: service.description,
      status: service.status,
      estimatedTime: hoursOf(service.estimatedTimeMilli),
      actualTime: hoursOf(service.actualTimeMilli),
      priceMinor: service.priceMinor,
      sacCode: service.sacCode,
      taxRate: service.taxRateBp / 100,
    })),
    additionalServices: proposed.map((service) => ({
      lineId: service.id,
      description: service.description,
      costMinor: service.costMinor,
      sacCode: service.sacCode,
      taxRate: service.taxRateBp / 100,
      decision: service.decision,
    })),
    partsUsed: parts.filter(wasUsed).map((part) => ({
      lineId: part.id,
      itemId: part.itemId,
      description: part.itemName,
      unit: part.unit,
      quantity: (part.usedMilli ?? 0) / 1_000,
      unitPriceMinor: part.isWarranty ? 0 : part.unitPriceMinor,
      hsnCode: part.hsnCode,
      taxRate: part.taxRateBp / 100,
      isWarranty: part.isWarranty,
      warrantyNumber: part.warrantyNumber,
    })),
    paymentStatus: card.paymentStatus,
    invoiceId: card.invoiceId,
  }
}

function hoursOf(milli: number | null): number | null {
  return milli === null ? null : milli / 1_000
}

/** Whether a part went into the vehicle. */
export function wasUsed({ usedMilli }: Pick<PartsRequestLineRow, 'usedMilli'>): boolean {
  return usedMilli !== null && usedMilli > 0
}

export function shownService(service: JobCardServiceRow): z.output<typeof ShownService> {
  return {
    ...service,
    estimatedTime: service.estimatedTimeMilli,
    actualTime: service.actualTimeMilli,
    price: service.priceMinor,
    taxRate: service.taxRateBp,
  }
}

export function shownPart(part: PartsRequestLineRow): z.output<typeof UsedPart> {
  const quantity = part.usedMilli ?? 0
  const unitPrice = part.isWarranty ? 0 : part.unitPriceMinor
  return { ...part, quantity, unitPrice, total: Math.round((quantity * unitPrice) / 1_000) }
}

export function shownInspection(card: JobCardRow): z.output<typeof JobCard>['preInspection'] {
  const { inspectedAt } = card
  if (inspectedAt === null) return null
  return {
    ...card,
    inspectedAt,
    estimatedCost: card.estimatedCostMinor,
    estimatedTime: card.estimatedTimeMilli,
  }
}
