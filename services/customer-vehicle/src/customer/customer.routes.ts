import type { Context } from '@forecourt/platform/endpoint'
import { Moment } from '@forecourt/platform/moment'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { endpoint, type Here, type Tables } from '../db.ts'
import { changeCustomer } from './change.queries.ts'
import { ChangeCustomer } from './change.ts'
import { CustomerDetail, ListedCustomer } from './entry.ts'
import {
  awaitCustomer,
  awaitEntry,
  findEntry,
  listedEntries,
  showDetail,
  showEntry,
  type ListedEntry,
} from './entry.queries.ts'
import { hasBrand, isAmong, matches } from './filter.queries.ts'

const name = z.string().normalize('NFC').trim().min(1).max(100)

/** One list under two addresses: staff of the workshop know the first, those of sales the other. */
const customers = {
  about: 'List customers, and registrations that await their code.',
  may: 'customer.read',
  item: ListedCustomer,
  own: 'id',
  filters: {
    city: { type: name, condition: isAmong('city') },
    district: { type: name, condition: isAmong('district') },
    state: { type: name, condition: isAmong('state') },
    vehicleBrand: { type: name, condition: hasBrand },
    verified: { type: z.stringbool() },
    createdAt: { type: Moment },
  },
  sorts: {
    createdAt: 'created_at',
    updatedAt: 'updated_at',
    fullName: 'full_name',
    city: 'city',
    referenceId: 'reference_id',
  },
  search: matches,
  from: ({ db }: { db: Kysely<Tables> }) => listedEntries(db),
  row: ({ vehicles, ...entry }: ListedEntry, context: Here) => ({
    ...showEntry(context, entry),
    vehicles,
  }),
} as const

export const listCustomers = endpoint.list('GET /customers', customers)
export const listSalesCustomers = endpoint.list('GET /sales/customers', customers)

export const getCustomer = endpoint('GET /customers/:id', {
  about: 'Show a customer, or an unproved registration, with vehicles and the state of the code.',
  may: 'customer.read',
  reads: 'customer',
  returns: CustomerDetail,
  async handle(context, { params }) {
    return showDetail(context, await awaitEntry(context.db, params.id))
  },
})

export const updateCustomer = endpoint('PUT /customers/:id', {
  about: 'Change a customer; absent fields stay, null clears. The phone has its own way.',
  may: 'customer.update',
  message: 'Customer changed',
  body: ChangeCustomer,
  returns: CustomerDetail,
  before: ({ db }: Context<Tables>, { params }: { params: { id: string } }) =>
    awaitCustomer(db, params.id),
  async handle(context, { body, before: { id } }) {
    await changeCustomer(context, id, body)
    return showDetail(context, await findEntry(context.db, id))
  },
})
