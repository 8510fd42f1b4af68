import { testMoves } from '@forecourt/testing/matrix'
import { lifecycle } from './job-card.queries.ts'

testMoves('job card', lifecycle, {
  created: { inspect: 'inspected', assign: 'assigned', cancel: 'cancelled' },
  inspected: { assign: 'assigned', cancel: 'cancelled' },
  assigned: {
    assign: 'assigned',
    start: 'in_progress',
    await_parts: 'waiting_parts',
    cancel: 'cancelled',
  },
  in_progress: {
    await_parts: 'waiting_parts',
    ask_approval: 'waiting_customer_approval',
    complete: 'completed',
    cancel: 'cancelled',
  },
  waiting_parts: { resume_assignment: 'assigned', resume_work: 'in_progress', cancel: 'cancelled' },
  waiting_customer_approval: {
    ask_approval: 'waiting_customer_approval',
    go_on: 'in_progress',
    cancel: 'cancelled',
  },
  completed: { deliver: 'delivered' },
  delivered: {},
  cancelled: {},
})
