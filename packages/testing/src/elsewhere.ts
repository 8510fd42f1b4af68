import { roadOver } from '@forecourt/platform/over'
import { service } from '@forecourt/platform/service'
import { z } from 'zod'

const { endpoint } = roadOver<{ rolePermission: { role: string } }>()

/** Any other service: it knows of sessions only what the bus tells it. */
export const elsewhere = service({
  name: 'reporting',
  about: 'Another service of the house',
  config: z.object({}),
  migrations: [],
  means: () => ({}),
  endpoints: [
    endpoint('GET /elsewhere', {
      about: 'Something that needs a token.',
      may: 'signed_in',
      returns: z.null(),
      async handle({ db }) {
        await db.selectFrom('rolePermission').select('role').limit(1).execute()
        return null
      },
    }),
  ],
})
