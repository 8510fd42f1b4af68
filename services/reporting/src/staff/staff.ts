import { z } from 'zod'

/** Identity's account, as far as it is counted. */
export const StaffRow = z.object({
  id: z.uuid(),
  role: z.string(),
  status: z.string(),
  serviceCenterIds: z.array(z.uuid()),
  version: z.number().int(),
})

/** The roles of those who repair. */
export const repairers: readonly string[] = ['technician', 'engineer']
