import { problem } from '@forecourt/platform/problem'
import { endpoint } from '../db.ts'
import { findCustomer } from './entry.queries.ts'
import { needsConsent, Outreach, SendOutreach } from './outreach.ts'
import { requestOutreach } from './outreach.queries.ts'

export const sendOutreach = endpoint('POST /customers/:id/notifications', {
  about: 'Send one customer a "thank you" or a "discount" by hand.',
  may: 'customer.notify',
  message: 'Notification requested',
  body: SendOutreach,
  returns: Outreach,
  limits: ({ me }) => [{ key: `outreach:user:${me.userId}`, count: 60, perS: 900 }],
  async handle(context, { params, body }) {
    const customer = await findCustomer(context.db, params.id)
    if (needsConsent(body) && !customer.marketingConsent) throw problem('consent_missing')
    return { id: await requestOutreach(context, customer, body), status: 'requested' }
  },
})
