import { z } from 'zod'
import type { Context, Endpoint } from './endpoint.ts'
import { roadOver } from './over.ts'
import { exportPerson, type Person, type PersonalTable } from './personal-table.ts'
import type { PersonalData } from './personal.ts'
import { problem } from './problem.ts'

export const Kept = z
  .record(z.string(), z.array(z.record(z.string(), z.unknown())))
  .describe('Rows, by the table that they lie in, with personal values in plain.')

/** What one service keeps of one customer. */
export const KeptOfCustomer = z
  .object({ id: z.uuid(), accountId: z.uuid().nullable(), kept: Kept })
  .meta({ id: 'KeptOfCustomer' })

/**
 * The endpoint by which a service shows what it keeps of a customer, to whoever may see it: the
 * gateway puts the answers of all services together. `whois` knows people by any id of theirs.
 */
export function personalDataOf<Tables, Means extends { personal?: PersonalData }>(
  tables: readonly PersonalTable[],
  whois: (context: Context<Tables> & Means, person: Person) => Promise<Person> = (_, person) =>
    Promise.resolve(person),
): Endpoint {
  return roadOver<Tables, Means>().endpoint('GET /personal-data/:service/:id', {
    about: 'Show all that a service keeps of one customer, as far as the caller may see it.',
    may: 'customer.export',
    reads: 'customer',
    query: z.object({
      accountId: z.uuid().optional().describe('The account of the customer, if there is one.'),
    }),
    returns: KeptOfCustomer,
    async handle(context, { params, query }) {
      const asked = { customerId: params.id, accountId: query.accountId ?? null }
      const { customerId: id, accountId } = await whois(context, asked)
      const kept = await exportPerson(context, tables, { customerId: id, accountId })
      if (Object.keys(kept).length === 0) throw problem('not_found')
      return { id, accountId, kept }
    },
  })
}
