import { z } from 'zod'

/** Identity's service center, as far as an invoice must name it. */
export const ServiceCenterRow = z.object({
  id: z.uuid(),
  code: z.string(),
  name: z.string(),
  isActive: z.boolean(),
  street: z.string().nullable(),
  city: z.string().nullable(),
  pinCode: z.string().nullable(),
  state: z.string(),
  country: z.string(),
  gstin: z.string().nullable(),
  timeZone: z.string(),
  version: z.number().int(),
})
export type ServiceCenterRow = z.infer<typeof ServiceCenterRow>
