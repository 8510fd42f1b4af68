import { erasures as erasuresBy } from '@forecourt/platform/erasure-consumer'
import { asHouse, transition } from '@forecourt/platform/transition'
import type { Means, Tables } from '../db.ts'
import { lifecycle } from '../service-request/service-request.queries.ts'
import { stateOf } from '../service-request/service-request.ts'
import { personalTables } from './personal-tables.queries.ts'

/** Ends what is kept of an erased person; what was asked for in the same moment is called off. */
export const erasures = erasuresBy<Tables, Means>(personalTables, async (context, person) => {
  const customers = context.db.selectFrom('customer').select('id')
  // Waits for whoever is opening a request for this customer; whoever comes later finds nobody.
  await customers.where('id', '=', person.customerId).forUpdate().execute()
  const asked = await context.db
    .selectFrom('serviceRequest')
    .select('id')
    .where('customerId', '=', person.customerId)
    .where('status', 'in', lifecycle.moves.cancel.from)
    .orderBy('id')
    .execute()
  for (const { id } of asked) {
    const step = { table: 'serviceRequest', id, move: 'cancel', tell: stateOf } as const
    await transition(asHouse(context), lifecycle, step)
  }
})
