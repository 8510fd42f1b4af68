import { testMoves } from '@forecourt/testing/matrix'
import { lifecycle } from './invoice.queries.ts'

testMoves('invoice', lifecycle, {
  draft: { finalize: 'sent', cancel: 'cancelled' },
  sent: { settle: 'paid', lapse: 'overdue' },
  paid: {},
  overdue: { settle: 'paid' },
  cancelled: {},
})
