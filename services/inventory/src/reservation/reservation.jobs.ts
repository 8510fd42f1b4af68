import { timer } from '../db.ts'
import { EXPIRE } from './reservation.queries.ts'
import { expire } from './settle.queries.ts'

/** A reservation that its document did not confirm in time gives its stock back. */
export const expireReservation = timer({
  kind: EXPIRE,
  due: (context, id) => expire(context, id),
})
