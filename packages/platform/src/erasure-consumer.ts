import { CustomerErased } from '@forecourt/contracts/customer-vehicle-events'
import { consumer, on, type Consumer, type EventContext } from './consumer.ts'
import { forgetForGood } from './erasure.ts'
import { erasePerson, type Person, type PersonalTable } from './personal-table.ts'

/**
 * Ends what a service keeps of a person who was erased: what is its own to end comes `first`, then
 * its list of tables. Whoever hears of the tombstone alone knows of no account but one that has
 * the customer's id.
 */
export function erasures<Tables, Means>(
  tables: readonly PersonalTable[],
  first: (context: EventContext<Tables> & Means, person: Person) => Promise<void> = async () => {},
): Consumer<Tables, Means> {
  async function end(context: EventContext<Tables> & Means, person: Person): Promise<void> {
    await first(context, person)
    await erasePerson(context, tables, person)
    await forgetForGood(context, [person.customerId])
  }
  return consumer('erasures', [
    {
      ...on<Tables, Means, typeof CustomerErased>(CustomerErased, end),
      forget(context) {
        const { subject } = context.event
        return end(context, { customerId: subject, accountId: subject })
      },
    },
  ])
}
