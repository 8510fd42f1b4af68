import { z } from 'zod'
import type { Context, Endpoint } from './endpoint.ts'
import { roadOver } from './over.ts'
import { exportPerson, type Person, type PersonalTable } from './personal-table.ts'
import type { PersonalData } from './personal.ts'
import { problem } from './problem.ts'

/** An export asks every service, and shows all of a person. */
const PER_HOUR = 30

export const Kept = z
  .record(z.string(), z.array(z.record(z.string(), z.unknown())))
  .describe('Rows, by the table that they lie in, with personal values in plain.')

/** What one service keeps of one customer. */
export const KeptOfCustomer = z
  .object({
    id: z.uuid(),
    accountId: z.uuid().nullable(),
    pair: z
      .string()
      .nullable()
      .describe('Shows the other services that the account is that of the customer.'),
    kept: Kept,
  })
  .meta({ id: 'KeptOfCustomer' })

/**
 * The endpoint by which a service shows what it keeps of a customer, to whoever may see it: the
 * gateway puts the answers of all services together. `whois` knows people by any id of theirs; a
 * service without it believes a pair of ids only by the word of the one that has it.
 */
export function personalDataOf<Tables, Means extends { personal: PersonalData }>(
  tables: readonly PersonalTable[],
  whois?: (context: Context<Tables> & Means, customerId: string) => Promise<Person>,
): Endpoint {
  return roadOver<Tables, Means>().endpoint('GET /personal-data/:service/:id', {
    about: 'Show all that a service keeps of one customer, as far as the caller may see it.',
    may: 'customer.export',
    reads: 'customer',
    query: z.object({
      accountId: z.uuid().optional().describe('The account of the customer, if there is one.'),
      pair: z.string().max(100).optional().describe('What customer-vehicle says of both ids.'),
    }),
    limits: ({ me }, { params }) => [
      { key: `personal-data:${params.service}:user:${me.userId}`, count: PER_HOUR, perS: 3_600 },
    ],
    returns: KeptOfCustomer,
    async handle(context, { params, query }) {
      const asked = { customerId: params.id, accountId: query.accountId ?? null }
      if (!whois && query.pair !== (pairOf(context.personal, asked) ?? undefined)) {
        throw problem('not_found')
      }
      const person = whois ? await whois(context, params.id) : asked
      const { customerId: id, accountId } = person
      const kept = await exportPerson(context, tables, { customerId: id, accountId })
      if (Object.keys(kept).length === 0) throw problem('not_found')
      return { id, accountId, pair: pairOf(context.personal, person), kept }
    },
  })
}

/** The word of whoever knows which account is whose; nobody else can make it. */
function pairOf(personal: PersonalData, { customerId, accountId }: Person): string | null {
  return accountId === null ? null : personal.blindIndex('pair', `${customerId}|${accountId}`)
}
