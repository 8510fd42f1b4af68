import { z } from 'zod'

/** A service center as identity tells it: its name signs messages, its clock rules quiet hours. */
export const ServiceCenterRow = z.object({
  id: z.uuid(),
  name: z.string(),
  isHeadOffice: z.boolean(),
  timeZone: z.string(),
  version: z.number().int(),
})
