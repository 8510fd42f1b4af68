import { z } from 'zod'

/** Identity's service center, as far as its days and its name matter here. */
export const ServiceCenterRow = z.object({
  id: z.uuid(),
  code: z.string(),
  name: z.string(),
  isActive: z.boolean(),
  timeZone: z.string(),
  version: z.number().int(),
})
