import { z } from 'zod'

/** An item of the catalogue, as inventory tells it. */
export const ItemRow = z.object({
  id: z.uuid(),
  itemCode: z.string(),
  name: z.string(),
  version: z.number().int(),
})
