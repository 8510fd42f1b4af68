import { z } from 'zod'
import type { Counted, FigureName } from '../figure/figure.ts'

/** The workshop's job card, as far as it is counted. */
export const JobCardRow = z.object({
  generation: z.number().int(),
  id: z.uuid(),
  serviceCenterId: z.uuid(),
  status: z.string(),
  assignedEngineer: z.uuid().nullable(),
  version: z.number().int(),
})
export type JobCardRow = z.infer<typeof JobCardRow>

const ofCenter: Record<string, FigureName> = {
  in_progress: 'job_cards_in_progress',
  waiting_customer_approval: 'pending_approvals',
}

/** A card counts for its center, and for the engineer who has it. */
export function countedOf(
  card: Pick<JobCardRow, 'serviceCenterId' | 'status' | 'assignedEngineer'>,
): Counted[] {
  const { serviceCenterId, status, assignedEngineer } = card
  const name = ofCenter[status]
  const own = name ? [{ serviceCenterId, subjectId: serviceCenterId, name }] : []
  if (!assignedEngineer) return own
  const names = ofEngineer(status)
  return [
    ...own,
    ...names.map((each) => ({ serviceCenterId, subjectId: assignedEngineer, name: each })),
  ]
}

function ofEngineer(status: string): FigureName[] {
  if (status === 'cancelled') return []
  if (status === 'completed' || status === 'delivered') return ['completed_job_cards']
  return status === 'assigned' ? ['assigned_job_cards', 'pending_work'] : ['assigned_job_cards']
}
