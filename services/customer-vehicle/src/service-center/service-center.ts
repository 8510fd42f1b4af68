import { z } from 'zod'

/** Identity's service center, as far as this service must know it. */
export const ServiceCenterRow = z.object({
  id: z.uuid(),
  code: z.string(),
  name: z.string(),
  isActive: z.boolean(),
  isHeadOffice: z.boolean(),
  pinPrefixes: z.array(z.string()),
  state: z.string(),
  timeZone: z.string(),
  version: z.number().int(),
})
export type ServiceCenterRow = z.infer<typeof ServiceCenterRow>
