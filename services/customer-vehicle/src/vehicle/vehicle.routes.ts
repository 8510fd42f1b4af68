import { Moment } from '@forecourt/platform/moment'
import { z } from 'zod'
import { isAmong } from '../customer/filter.queries.ts'
import { endpoint } from '../db.ts'
import { oneVehicle, selectVehicles, shownVehicle } from './detail.queries.ts'
import { VehicleDetail } from './detail.ts'
import {
  hasPlate,
  hasVin,
  isMadeBy,
  isServedBy,
  matchesVehicle,
  quicklyFound,
} from './search.queries.ts'
import { QuickVehicle, spellOutVehicle, VehicleStatus } from './vehicle.ts'

const name = z.string().trim().min(1).max(100)
const year = { type: z.coerce.number().int().min(0).max(9_999), column: 'year_of_purchase' }
const Including = { include: z.enum(['graphical']).optional() }
type Including = { include?: 'graphical' }

const filters = {
  make: { type: name, condition: isMadeBy },
  brand: { type: name, condition: isMadeBy },
  model: { type: name, condition: isAmong('model') },
  year,
  yearOfPurchase: year,
  status: { type: VehicleStatus },
  serviceCenterId: { type: z.uuid(), condition: isServedBy },
  customerId: { type: z.uuid(), column: 'customer_id' },
  vehicleNumber: { type: name, condition: hasPlate },
  vin: { type: name, condition: hasVin },
  nextServiceDate: { type: Moment, column: 'next_service_date' },
  createdAt: { type: Moment },
}

const sorts = {
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  vehicleNumber: 'plate_key',
  make: 'brand',
  brand: 'brand',
  model: 'model',
  year: 'year_of_purchase',
  yearOfPurchase: 'year_of_purchase',
  status: 'status',
}

export const listVehicles = endpoint.list('GET /vehicles', {
  about: 'Search vehicles: by the beginning of the mark or VIN, by owner, or by whole phone.',
  may: 'customer.read',
  item: VehicleDetail,
  filters,
  sorts,
  search: matchesVehicle,
  query: Including,
  from: ({ db }, { query }) => selectVehicles(db, (query as Including).include),
  row: shownVehicle,
})

export const findVehiclesQuickly = endpoint('GET /vehicles/search/quick', {
  about: 'Find vehicles by the beginning of the mark or the VIN, as it is being typed.',
  may: 'customer.read',
  query: z.object({
    q: z.string().trim().min(2).max(40),
    limit: z.coerce.number().int().min(1).max(50).default(10),
  }),
  returns: z.array(QuickVehicle),
  async handle({ db }, { query: { q, limit } }) {
    const found = await quicklyFound(db, q, limit).execute()
    return found.map((vehicle) => ({
      ...spellOutVehicle(vehicle),
      ownerName: vehicle.ownerName,
    }))
  },
})

export const getVehicle = endpoint('GET /vehicles/:id', {
  about: 'Show a vehicle, on request with its components.',
  may: 'customer.read',
  reads: 'vehicle',
  query: z.object(Including),
  returns: VehicleDetail,
  async handle(context, { params: { id }, query: { include } }) {
    return shownVehicle(await oneVehicle(context.db, id, include), context)
  },
})
