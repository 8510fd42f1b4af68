import { endpoint } from '../db.ts'
import { erase, lockCustomer, refuseOpenMatters } from './erasure.queries.ts'
import { ErasedCustomer } from './erasure.ts'

export const eraseCustomer = endpoint('DELETE /customers/:id', {
  about: 'Erase a person everywhere; refused while a request, a card or an invoice is open.',
  may: 'customer.erase',
  acts: 'system',
  message: 'Customer erased',
  returns: ErasedCustomer,
  async handle(context, { params }) {
    const customer = await lockCustomer(context, params.id)
    await refuseOpenMatters(context, customer.id)
    return erase(context, customer)
  },
})
