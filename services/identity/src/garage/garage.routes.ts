import { endpoint } from '../db.ts'
import { garageOf } from './garage.queries.ts'
import { Garage } from './garage.ts'

export const showGarage = endpoint('GET /admin/users/:id/garage', {
  about: 'Show the garage that an account owns, and what its owner said of it.',
  may: 'user.read',
  reads: 'garage',
  returns: Garage,
  handle: (context, { params }) => garageOf(context, params.id),
})
