import { z } from 'zod'

/** Somebody with an account, as identity tells it; role and centers decide what they hear. */
export const StaffRow = z.object({
  id: z.uuid(),
  role: z.string(),
  status: z.string(),
  serviceCenterIds: z.array(z.uuid()),
  version: z.number().int(),
})
