import { Amount, GivenAmount, TaxRate } from '@forecourt/contracts/money'
import { z } from 'zod'

/** A question to the customer, bound to the exact lines and prices that were asked. */
export const ApprovalRow = z.object({
  id: z.uuid(),
  jobCardId: z.uuid(),
  customerId: z.uuid(),
  serviceCenterId: z.uuid(),
  revision: z.string(),
  status: z.enum(['open', 'decided', 'superseded']),
  channel: z.enum(['link', 'staff']).nullable(),
  decidedBy: z.uuid().nullable(),
  decidedAt: z.string().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type ApprovalRow = z.infer<typeof ApprovalRow>

/** Work that somebody proposes while the vehicle is in the bay. */
export const AdditionalServiceRow = z.object({
  id: z.uuid(),
  jobCardId: z.uuid(),
  serviceCenterId: z.uuid(),
  position: z.number().int(),
  description: z.string(),
  costMinor: z.number().int(),
  sacCode: z.string().nullable(),
  taxRateBp: z.number().int(),
  decision: z.enum(['pending', 'approved', 'rejected']),
  approvedBy: z.uuid().nullable(),
  decidedAt: z.string().nullable(),
})
export type AdditionalServiceRow = z.infer<typeof AdditionalServiceRow>

export const ProposeServices = z.object({
  additionalServices: z
    .array(
      z.object({
        description: z.string().trim().min(1, 'Must not be empty').max(500),
        cost: GivenAmount,
        sacCode: z
          .string()
          .regex(/^99[0-9]{4}$/, 'Must be a SAC code of 6 digits, such as 998729')
          .default('998729'),
        taxRate: TaxRate.default(1_800),
      }),
    )
    .min(1, 'Name at least one service')
    .max(50),
})
export type ProposeServices = z.infer<typeof ProposeServices>

/** The customer's word: all of it, or, of an approval, the services that are named. */
export const DecideApproval = z.object({
  decision: z.enum(['approve', 'reject']),
  services: z.array(z.uuid()).max(50).optional(),
})
export type DecideApproval = z.infer<typeof DecideApproval>

/** A proposed service as answers show it. */
export const AdditionalService = z.object({
  id: z.uuid(),
  description: z.string(),
  cost: Amount,
  sacCode: z.string().nullable(),
  taxRate: TaxRate,
  approved: z.boolean(),
  decision: AdditionalServiceRow.shape.decision,
  approvedBy: z.uuid().nullable(),
  approvedAt: z.string().nullable(),
})

/** What the customer sees behind the link. */
export const Approval = z
  .object({
    jobCardNumber: z.string(),
    vehicle: z.object({ make: z.string(), model: z.string() }).nullable(),
    currency: z.string(),
    services: z.array(AdditionalService),
    /** Sum before tax, the tax on it, and both. */
    subtotal: Amount,
    tax: Amount,
    total: Amount,
    status: z.enum(['open', 'decided', 'superseded', 'expired']),
    expiresAt: z.string(),
  })
  .meta({ id: 'Approval' })

export function shownService(service: AdditionalServiceRow): z.output<typeof AdditionalService> {
  return {
    ...service,
    cost: service.costMinor,
    taxRate: service.taxRateBp,
    approved: service.decision === 'approved',
    approvedAt: service.decidedAt,
  }
}

/** Tax on each line, rounded there; the sums are those of the lines. */
export function totalsOf(services: readonly AdditionalServiceRow[]) {
  const subtotal = services.reduce((sum, { costMinor }) => sum + costMinor, 0)
  const tax = services.reduce(
    (sum, { costMinor, taxRateBp }) => sum + Math.round((costMinor * taxRateBp) / 10_000),
    0,
  )
  return { subtotal, tax, total: subtotal + tax }
}
