import { Moment } from '@forecourt/platform/moment'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { refuseForeignVehicle, selectVisits } from './visit.queries.ts'
import { shownVisit, Visit } from './visit.ts'

export const listVisits = endpoint.list('GET /vehicles/:id/history', {
  about: 'List the visits of a vehicle to the workshops that one may see, newest first.',
  may: 'customer.read',
  item: Visit,
  filters: {
    status: { type: z.string() },
    serviceCenterId: { type: z.uuid() },
    jobCardNumber: { type: z.string() },
    openedAt: { type: Moment },
  },
  sorts: { openedAt: 'opened_at', completedAt: { nullable: 'completed_at' } },
  search: ['job_card_number', 'invoice_number'],
  of: ({ db }, { params }) => refuseForeignVehicle(db, params['id'] ?? ''),
  from: ({ db }, { params }) => selectVisits(db).where('vehicleId', '=', params['id'] ?? ''),
  row: shownVisit,
})
