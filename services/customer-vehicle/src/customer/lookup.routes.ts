import { endpoint, type Here } from '../db.ts'
import type { VehicleRow } from '../vehicle/vehicle.ts'
import { findEntry } from './entry.queries.ts'
import { FoundCustomer, LinkCustomer, LinkedCustomer, LookUpCustomer } from './lookup.ts'
import { centerToLink, linkFound, lookUpCustomer, openFound, sealFound } from './lookup.queries.ts'

export const lookUp = endpoint('POST /customers/lookup', {
  about: 'Find a customer of any center by the whole phone number or vehicle number.',
  may: 'customer.lookup',
  acts: 'system',
  answers: 'tokens',
  reads: 'customer',
  status: 200,
  message: 'Customer found',
  body: LookUpCustomer,
  returns: FoundCustomer,
  limits: lookupBudget,
  async handle(context, { body }) {
    const found = await lookUpCustomer(context, body)
    const { customer, vehicleCount } = found
    const { id, referenceId, fullName } = customer
    const vehicles = found.vehicles.map(shownFound)
    const token = sealFound(context, found)
    return { id, referenceId, fullName, name: fullName, vehicles, vehicleCount, ...token }
  },
})

export const linkToOwnCenter = endpoint('POST /customers/:id/link', {
  about: 'Link a customer who was looked up, with the vehicles found, to the own center.',
  may: 'customer.link',
  acts: 'system',
  status: 200,
  message: 'Customer linked',
  body: LinkCustomer,
  returns: LinkedCustomer,
  async handle(context, { params, body }) {
    const customer = await findEntry(context.db, params.id)
    const found = openFound(context, body.token, customer.id)
    const serviceCenterId = await centerToLink(context.db, context.me, body.serviceCenterId)
    const linked = await linkFound(context, found, serviceCenterId)
    const { id, version } = linked.customer
    return { id, serviceCenterId, vehicleIds: linked.vehicleIds, version }
  },
})

function shownFound({ plate, brand, model }: VehicleRow) {
  return { vehicleNumber: plate, brand, make: brand, model }
}

function lookupBudget({ me, settingOf }: Pick<Here, 'me' | 'settingOf'>) {
  const count = settingOf('customerLookupsPerHour')
  return [{ key: `lookup:user:${me.userId}`, count, perS: 3_600 }]
}
