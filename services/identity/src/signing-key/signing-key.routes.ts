import { endpoint } from '../db.ts'

/** Services fetch it anew every ten minutes; a new key is published long before it signs. */
const CACHE = 'public, max-age=300'

export const showKeySet = endpoint.raw('GET /.well-known/jwks.json', {
  about: 'The public keys of access tokens (RFC 7517).',
  may: 'public',
  acts: 'system',
  async handle({ reply, read }) {
    const keys = await read.keys.published()
    return reply.header('cache-control', CACHE).type('application/json').send({ keys })
  },
})
