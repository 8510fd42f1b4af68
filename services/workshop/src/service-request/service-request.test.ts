import { testMoves } from '@forecourt/testing/matrix'
import { lifecycle } from './service-request.queries.ts'

testMoves('service request', lifecycle, {
  pending: { approve: 'approved', reject: 'rejected', cancel: 'cancelled' },
  approved: { schedule: 'scheduled', start: 'in_progress', cancel: 'cancelled' },
  scheduled: { schedule: 'scheduled', start: 'in_progress', cancel: 'cancelled' },
  in_progress: { complete: 'completed', reopen: 'approved' },
  completed: {},
  rejected: {},
  cancelled: {},
})
