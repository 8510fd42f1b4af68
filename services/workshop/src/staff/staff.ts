import { z } from 'zod'

/** Somebody who works at the centers; the name stays sealed. */
export const StaffRow = z.object({
  id: z.uuid(),
  role: z.string(),
  status: z.string(),
  serviceCenterIds: z.array(z.uuid()),
  fullName: z.string().nullable(),
  version: z.number().int(),
})
export type StaffRow = z.infer<typeof StaffRow>
