import { z } from 'zod'

/** Identity's service center, as far as this service must know it. */
export const ServiceCenterRow = z.object({
  id: z.uuid(),
  code: z.string(),
  name: z.string(),
  isActive: z.boolean(),
  version: z.number().int(),
})
