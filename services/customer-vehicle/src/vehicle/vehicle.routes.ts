import { Moment } from '@forecourt/platform/moment'
import { fieldProblem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { isAmong } from '../customer/filter.queries.ts'
import { centerToLink } from '../customer/lookup.queries.ts'
import { endpoint } from '../db.ts'
import { oneVehicle, selectVehicles, shownVehicle } from './detail.queries.ts'
import { VehicleDetail } from './detail.ts'
import { changeVehicle, insertVehicle, moveVehicle } from './opening.queries.ts'
import { ChangedVehicle, ChangeVehicle, OpenVehicle } from './opening.ts'
import { refuseOther, settleOwner } from './owner.queries.ts'
import { foldPlate } from './plate.ts'
import {
  hasPlate,
  hasVin,
  isMadeBy,
  isOwnedBy,
  isServedBy,
  matchesVehicle,
  quicklyFound,
} from './search.queries.ts'
import { QuickVehicle, spellOutVehicle, VehicleStatus } from './vehicle.ts'

const name = z.string().normalize('NFC').trim().min(1).max(100)
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
  customerId: { type: z.uuid(), condition: isOwnedBy },
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
  year: { nullable: 'year_of_purchase' },
  yearOfPurchase: { nullable: 'year_of_purchase' },
  status: 'status',
}

export const listVehicles = endpoint.list('GET /vehicles', {
  about: 'Search vehicles: by the beginning of the mark or VIN, by owner, or by whole phone.',
  may: 'customer.read',
  item: VehicleDetail,
  own: 'customer_id',
  filters,
  sorts,
  search: matchesVehicle,
  query: Including,
  from: (context, { query }) => selectVehicles(context, (query as Including).include),
  row: shownVehicle,
})

export const findVehiclesQuickly = endpoint('GET /vehicles/search/quick', {
  about: 'Find vehicles by the beginning of the mark or the VIN, as it is being typed.',
  may: 'customer.read',
  query: z.object({
    // What is left of it counts: two hyphens begin every mark.
    q: z.string().max(40).overwrite(foldPlate).min(2),
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
    return shownVehicle(await oneVehicle(context, id, include), context)
  },
})

export const openVehicle = endpoint('POST /vehicles', {
  about: 'Add a vehicle to a customer, who is named, or found or entered by name and phone.',
  may: 'vehicle.create',
  message: 'Vehicle added',
  body: OpenVehicle,
  returns: VehicleDetail,
  // Whether a phone is some center's customer is not for guessing.
  limits: ({ me }, { body: { ownerPhone } }) =>
    ownerPhone ? [{ key: `vehicle.owner:user:${me.userId}`, count: 60, perS: 900 }] : [],
  async handle(context, { body }) {
    const center = body.serviceCenterId ?? undefined
    const serviceCenterId = await centerToLink(context.db, context.me, center)
    const customerId = await settleOwner(context, body, serviceCenterId)
    const id = await insertVehicle(context, body, { customerId, serviceCenterId })
    return shownVehicle(await oneVehicle(context, id), context)
  },
})

export const updateVehicle = endpoint('PUT /vehicles/:id', {
  about: 'Change a vehicle; absent fields stay, null clears. Another customer is the new owner.',
  may: 'vehicle.update',
  message: 'Vehicle changed',
  body: ChangeVehicle,
  returns: ChangedVehicle,
  async handle(context, { params: { id }, body }) {
    const before = shownVehicle(await oneVehicle(context, id), context)
    await changeVehicle(context, id, body)
    const vehicle = shownVehicle(await oneVehicle(context, id), context)
    refuseOther(body, before, vehicle)
    const { serviceCenterId } = body
    if (serviceCenterId !== undefined && serviceCenterId !== before.serviceCenterId) {
      throw fieldProblem('serviceCenterId', 'POST /customers/:id/link lets another center serve it')
    }
    return { ...vehicle, reason: body.reason ?? null }
  },
})

export const archiveVehicle = endpoint('PUT /vehicles/:id/archive', {
  about: 'Put a vehicle away that nobody brings any more; the next visit brings it back.',
  may: 'vehicle.update',
  message: 'Vehicle archived',
  returns: VehicleDetail,
  handle: (context, { params }) => moveVehicle(context, params.id, 'archive'),
})

export const restoreVehicle = endpoint('PUT /vehicles/:id/restore', {
  about: 'Bring an archived vehicle back.',
  may: 'vehicle.update',
  message: 'Vehicle restored',
  returns: VehicleDetail,
  handle: (context, { params }) => moveVehicle(context, params.id, 'restore'),
})
