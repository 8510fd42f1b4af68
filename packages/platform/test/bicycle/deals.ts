import { z } from 'zod'
import { endpoint } from './db.ts'

const sellBicycle = endpoint('POST /deals', {
  about: 'Sell a bicycle.',
  may: 'customer.update',
  message: 'Sold',
  body: z.object({ price: z.number(), buyer: z.string() }),
  returns: z.object({ seller: z.string().nullable() }),
  handle: async ({ me }) => ({ seller: me.userId }),
})

const askForBicycle = endpoint('POST /deals', {
  about: 'Ask for a bicycle.',
  may: 'public',
  answers: 'tokens',
  status: 200,
  message: 'Asked',
  invalid: 'otp_wrong',
  body: z.object({ wish: z.string() }),
  returns: z.object({ wish: z.string(), asker: z.string().nullable() }),
  handle: async ({ me }, { body }) => ({ wish: body.wish, asker: me.userId }),
})

/** One path of two meanings: who names a price sells. */
export const deal = endpoint.byBody('POST /deals', 'Sell a bicycle, or ask for one.', [
  { when: (body) => 'price' in body, is: sellBicycle },
  { when: (body) => 'wish' in body, is: askForBicycle },
])
