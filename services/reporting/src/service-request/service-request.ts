import { z } from 'zod'
import type { Counted, FigureName } from '../figure/figure.ts'

/** The workshop's service request, as far as it is counted. */
export const ServiceRequestRow = z.object({
  generation: z.number().int(),
  id: z.uuid(),
  serviceCenterId: z.uuid(),
  status: z.string(),
  version: z.number().int(),
})
export type ServiceRequestRow = z.infer<typeof ServiceRequestRow>

const figureOf: Record<string, FigureName> = {
  pending: 'service_requests_pending',
  completed: 'service_requests_completed',
}

export function countedOf(
  request: Pick<ServiceRequestRow, 'serviceCenterId' | 'status'>,
): Counted[] {
  const { serviceCenterId, status } = request
  const name = figureOf[status]
  return name ? [{ serviceCenterId, subjectId: serviceCenterId, name }] : []
}
