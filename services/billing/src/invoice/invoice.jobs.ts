import { asHouse, transition } from '@forecourt/platform/transition'
import { timer } from '../db.ts'
import { type InvoiceRow } from './invoice.ts'
import { stateOf } from './invoice-state.ts'
import { lifecycle, linesOf } from './invoice.queries.ts'
import { LAPSE } from './issue.queries.ts'

/** The day until which to pay has passed; what was paid or taken back by then is left alone. */
export const lapse = timer({
  kind: LAPSE,
  async due({ db, emit }, id) {
    const invoice = await db
      .selectFrom('invoice')
      .select('status')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (invoice?.status !== 'sent') return
    const lines = await linesOf(db, id)
    const tell = (row: InvoiceRow) => stateOf(row, lines)
    await transition(asHouse({ db, emit }), lifecycle, {
      table: 'invoice',
      id,
      move: 'lapse',
      tell,
    })
  },
})
