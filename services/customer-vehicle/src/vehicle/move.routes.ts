import { Moment } from '@forecourt/platform/moment'
import { endpoint } from '../db.ts'
import { refuseForeignVehicle } from '../visit/visit.queries.ts'
import { VehicleMove } from './move.ts'

export const listVehicleMoves = endpoint.list('GET /vehicles/:id/history/moves', {
  about: 'List from whom to whom a vehicle went and why, newest first; customers find nothing.',
  may: 'customer.read',
  item: VehicleMove,
  filters: { movedAt: { type: Moment } },
  sorts: { movedAt: 'moved_at' },
  of: ({ db }, { params }) => refuseForeignVehicle(db, params['id'] ?? ''),
  from: ({ db }, { params }) =>
    db
      .selectFrom('vehicleMove')
      .selectAll()
      .select('nextCustomerId as customerId')
      .where('vehicleId', '=', params['id'] ?? ''),
})
