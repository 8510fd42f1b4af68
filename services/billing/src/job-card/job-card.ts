import { z } from 'zod'
import { cut, type DraftLine } from '../invoice/invoice-line.ts'

const Service = z.object({
  description: z.string(),
  serviceType: z.string(),
  status: z.string(),
  priceMinor: z.number().int(),
  sacCode: z.string().nullable(),
  taxRate: z.number(),
})
const AdditionalService = z.object({
  description: z.string(),
  costMinor: z.number().int(),
  sacCode: z.string().nullable(),
  taxRate: z.number(),
  decision: z.string(),
})
const Part = z.object({
  itemId: z.uuid(),
  description: z.string(),
  unit: z.string(),
  quantity: z.number(),
  unitPriceMinor: z.number().int(),
  hsnCode: z.string().nullable(),
  taxRate: z.number(),
  isWarranty: z.boolean(),
  warrantyNumber: z.string().nullable(),
})

/** A job card of the workshop, as far as it is billed. */
export const JobCardRow = z.object({
  id: z.uuid(),
  jobCardNumber: z.string(),
  serviceCenterId: z.uuid(),
  customerId: z.uuid(),
  status: z.string(),
  currency: z.string(),
  services: z.array(Service),
  additionalServices: z.array(AdditionalService),
  partsUsed: z.array(Part),
  version: z.number().int(),
})
export type JobCardRow = z.infer<typeof JobCardRow>

/** What a job card says of its work, whether it came just now or is kept. */
export type BilledCard = Omit<JobCardRow, 'status' | 'version'>

/** Work that is over can be billed; before that its prices are not final. */
export function isBillable({ status }: Pick<JobCardRow, 'status'>): boolean {
  return status === 'completed' || status === 'delivered'
}

/** What a job card is billed by: what was done, what the customer agreed to, the parts. */
export function linesOfCard(
  { services, additionalServices, partsUsed }: BilledCard,
  defaultServiceCode: string,
): DraftLine[] {
  const work = services
    .filter(({ status }) => status !== 'skipped')
    .map((line) => labourLine(line, line.priceMinor, defaultServiceCode))
  const agreed = additionalServices
    .filter(({ decision }) => decision === 'approved')
    .map((line) => labourLine(line, line.costMinor, defaultServiceCode))
  return [...work, ...agreed, ...partsUsed.map(partLine)]
}

interface Labour {
  description: string
  sacCode: string | null
  taxRate: number
}

function labourLine(
  { description, sacCode, taxRate }: Labour,
  unitPriceMinor: number,
  defaultCode: string,
): DraftLine {
  return {
    type: 'service',
    description: cut(description),
    itemId: null,
    taxCode: sacCode ?? (defaultCode || null),
    quantityMilli: 1_000,
    unit: 'NOS',
    unitPriceMinor,
    discountMinor: 0,
    taxRateBp: Math.round(taxRate * 100),
    warrantyNumber: null,
  }
}

function partLine(part: z.infer<typeof Part>): DraftLine {
  return {
    type: 'part',
    description: cut(part.isWarranty ? `${part.description} (warranty)` : part.description),
    itemId: part.itemId,
    taxCode: part.hsnCode,
    quantityMilli: Math.round(part.quantity * 1_000),
    unit: part.unit,
    unitPriceMinor: part.isWarranty ? 0 : part.unitPriceMinor,
    discountMinor: 0,
    taxRateBp: Math.round(part.taxRate * 100),
    warrantyNumber: part.isWarranty ? part.warrantyNumber : null,
  }
}
