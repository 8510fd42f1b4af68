import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { graphicalOf } from '../component/component.queries.ts'
import { Graphical } from '../component/component.ts'
import { endpoint } from '../db.ts'
import { Vehicle, spellOutVehicle } from './vehicle.ts'

export const getVehicle = endpoint('GET /vehicles/:id', {
  about: 'Show a vehicle, on request with its components.',
  may: 'customer.read',
  reads: 'vehicle',
  query: z.object({ include: z.enum(['graphical']).optional() }),
  returns: Vehicle.extend({ graphicalData: Graphical.optional() }).meta({ id: 'VehicleDetail' }),
  async handle(context, { params: { id }, query: { include } }) {
    const vehicles = context.db.selectFrom('vehicle').selectAll().where('id', '=', id)
    const vehicle = await vehicles.executeTakeFirst()
    if (!vehicle) throw problem('not_found')
    const graphicalData = include && (await graphicalOf(context, id))
    return { ...spellOutVehicle(vehicle), ...(graphicalData && { graphicalData }) }
  },
})
