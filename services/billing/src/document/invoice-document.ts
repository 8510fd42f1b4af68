import { z } from 'zod'

/** The PDF of an issued invoice; its bytes lie in the storage. It has the invoice's id. */
export const InvoiceDocumentRow = z.object({
  id: z.uuid(),
  serviceCenterId: z.uuid(),
  storageKey: z.string(),
  bytes: z.number().int(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type InvoiceDocumentRow = z.infer<typeof InvoiceDocumentRow>
