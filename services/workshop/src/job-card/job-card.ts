import { FileAddress } from '@forecourt/contracts/file-address'
import { GivenAmount, GivenQuantity, TaxRate } from '@forecourt/contracts/money'
import { z } from 'zod'

/** One job on one vehicle. Hours are thousandths, as all quantities are. */
export const JobCardRow = z.object({
  id: z.uuid(),
  jobCardNumber: z.string(),
  serviceRequestId: z.uuid(),
  customerId: z.uuid(),
  vehicleId: z.uuid(),
  serviceCenterId: z.uuid(),
  status: z.string(),
  resumeStatus: z.string().nullable(),
  isHomeService: z.boolean(),
  assignedEngineer: z.uuid().nullable(),
  assignedDate: z.string().nullable(),
  startedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  deliveredAt: z.string().nullable(),
  odometerReading: z.number().int().nullable(),
  fuelLevel: z.number().int().nullable(),
  exteriorCondition: z.string().nullable(),
  interiorCondition: z.string().nullable(),
  issuesReported: z.array(z.string()),
  images: z.array(z.string()),
  estimatedCostMinor: z.number().int().nullable(),
  estimatedTimeMilli: z.number().int().nullable(),
  inspectedBy: z.uuid().nullable(),
  inspectedAt: z.string().nullable(),
  engineerNotes: z.string().nullable(),
  customerNotes: z.string().nullable(),
  partsOpen: z.number().int(),
  currency: z.string(),
  paymentStatus: z.string(),
  invoiceId: z.uuid().nullable(),
  reason: z.string().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type JobCardRow = z.infer<typeof JobCardRow>

/** One step of the job. */
export const JobCardServiceRow = z.object({
  id: z.uuid(),
  jobCardId: z.uuid(),
  serviceCenterId: z.uuid(),
  position: z.number().int(),
  serviceType: z.string(),
  description: z.string(),
  estimatedTimeMilli: z.number().int().nullable(),
  actualTimeMilli: z.number().int().nullable(),
  status: z.enum(['pending', 'in_progress', 'completed', 'skipped']),
  completedBy: z.uuid().nullable(),
  completedAt: z.string().nullable(),
  priceMinor: z.number().int(),
  sacCode: z.string().nullable(),
  taxRateBp: z.number().int(),
})
export type JobCardServiceRow = z.infer<typeof JobCardServiceRow>

const text = (max: number) => z.string().trim().min(1, 'Must not be empty').max(max)
const SacCode = z.string().regex(/^99[0-9]{4}$/, 'Must be a SAC code of 6 digits, such as 998729')

const OrderedService = z.object({
  serviceType: text(60),
  description: text(500),
  estimatedTime: GivenQuantity.nullish(),
  price: GivenAmount,
  /** Labour of repair, and its rate, where nothing else is said. */
  sacCode: SacCode.default('998729'),
  taxRate: TaxRate.default(1_800),
})
export type OrderedService = z.infer<typeof OrderedService>

export const OpenJobCard = z.object({
  serviceRequestId: z.uuid('Choose a service request'),
  services: z.array(OrderedService).max(50).default([]),
})

export const AssignEngineer = z
  .object({ assignedEngineer: z.uuid().optional(), engineerId: z.uuid().optional() })
  .refine((body) => body.assignedEngineer ?? body.engineerId, {
    path: ['assignedEngineer'],
    error: 'Choose an engineer',
  })

export const InspectVehicle = z.object({
  odometerReading: z.number().int().min(0).max(9_999_999),
  fuelLevel: z.number().int().min(0).max(100).nullish(),
  exteriorCondition: text(500).nullish(),
  interiorCondition: text(500).nullish(),
  issuesReported: z.array(text(300)).max(50).optional(),
  images: z.array(FileAddress).max(20).optional(),
  estimatedCost: GivenAmount.nullish(),
  estimatedTime: GivenQuantity.nullish(),
})
export type InspectVehicle = z.infer<typeof InspectVehicle>

/** Notes, and how the steps stand; what is not named stays as it is. */
export const ChangeJobCard = z.object({
  services: z
    .array(
      z.object({
        id: z.uuid(),
        status: JobCardServiceRow.shape.status.optional(),
        actualTime: GivenQuantity.nullish(),
      }),
    )
    .max(50)
    .optional(),
  engineerNotes: text(4_000).nullish(),
  customerNotes: text(4_000).nullish(),
})

export const CompleteJobCard = z.object({
  /** What went into the vehicle; without it, everything that was reserved. */
  partsUsed: z
    .array(
      z.object({
        itemId: z.uuid(),
        quantity: GivenQuantity,
        isWarranty: z.boolean().default(false),
        warrantyNumber: text(60).nullish(),
      }),
    )
    .max(100)
    .optional(),
  notes: text(4_000).nullish(),
})
export type CompleteJobCard = z.infer<typeof CompleteJobCard>
