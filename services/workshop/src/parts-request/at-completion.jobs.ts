import { timer } from '../db.ts'
import { UNUSED, withdrawUnused } from './at-completion.queries.ts'

/** What was reserved for a completion that did not follow is not held for ever. */
export const giveBackUnused = timer({
  kind: UNUSED,
  due: (context, partsRequestId) => withdrawUnused(context, partsRequestId),
})
