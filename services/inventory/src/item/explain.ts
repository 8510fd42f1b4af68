import { Amount, Quantity } from '@forecourt/contracts/money'
import { z } from 'zod'

/** Why the figures of an item are what they are: each is the sum of the rows beside it. */
export const StockExplained = z
  .object({
    itemId: z.uuid(),
    currentStock: z.object({
      quantity: Quantity,
      movements: z.array(
        z.object({
          id: z.uuid(),
          movementType: z.string(),
          quantity: Quantity,
          value: Amount,
          serviceCenterId: z.uuid().nullable(),
          referenceType: z.string(),
          referenceId: z.uuid(),
          reason: z.string().nullable(),
          createdAt: z.string(),
        }),
      ),
      /** What the movements that are too old to be listed add up to. */
      earlier: Quantity,
    }),
    reserved: z.object({
      quantity: Quantity,
      holders: z.array(
        z.object({
          reservationId: z.uuid(),
          documentType: z.string(),
          documentId: z.uuid(),
          serviceCenterId: z.uuid(),
          quantity: Quantity,
          createdAt: z.string(),
        }),
      ),
    }),
    waiting: z.array(
      z.object({
        documentType: z.string(),
        documentId: z.uuid(),
        serviceCenterId: z.uuid(),
        quantity: Quantity,
        createdAt: z.string(),
      }),
    ),
  })
  .meta({ id: 'StockExplained' })
