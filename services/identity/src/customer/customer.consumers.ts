import { CustomerChanged, CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { consumer, replica } from '../db.ts'

/** Whoever proved a phone by a form may sign in by it, and has an account from then on. */
export const customers = consumer(
  'customers',
  replica('customer', [CustomerRegistered, CustomerChanged], (customer, { personal }) => {
    const { customerId: id, accountId, phone, isVerified = true } = customer
    const isWithout = accountId === null || accountId === undefined
    const place = { table: 'customer', column: 'phone', id }
    return {
      phoneIndex:
        isVerified && isWithout ? personal.blindIndex('phone', personal.open(phone, place)) : null,
    }
  }),
)
