import { z } from 'zod'

/** What opens one page to one customer; of its secret only the digest is kept. */
export const LinkRow = z.object({
  id: z.uuid(),
  purpose: z.enum(['approval', 'feedback']),
  /** The thing that the link is about: an approval, or the job card that feedback is asked for. */
  subjectId: z.uuid(),
  jobCardId: z.uuid(),
  customerId: z.uuid(),
  serviceCenterId: z.uuid(),
  tokenHash: z.string(),
  expiresAt: z.string(),
  createdAt: z.string(),
})
export type LinkRow = z.infer<typeof LinkRow>
