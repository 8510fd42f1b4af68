import { problem } from '@forecourt/platform/problem'
import { endpoint } from '../db.ts'
import { Vehicle, spellOutVehicle } from './vehicle.ts'

export const getVehicle = endpoint('GET /vehicles/:id', {
  about: 'Show a vehicle.',
  may: 'customer.read',
  reads: 'vehicle',
  returns: Vehicle,
  async handle({ db }, { params }) {
    const vehicles = db.selectFrom('vehicle').selectAll().where('id', '=', params.id)
    const vehicle = await vehicles.executeTakeFirst()
    if (!vehicle) throw problem('not_found')
    return spellOutVehicle(vehicle)
  },
})
