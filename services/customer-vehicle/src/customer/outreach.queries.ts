import { randomUUIDv7 } from 'node:crypto'
import { OutreachRequested } from '@forecourt/contracts/customer-vehicle-events'
import { problem } from '@forecourt/platform/problem'
import type { Here } from '../db.ts'
import { centersOfCustomer } from './customer.queries.ts'
import type { CustomerEntryRow } from './entry.ts'
import type { SendOutreach } from './outreach.ts'

/** Asks for a message to a customer in the name of the caller's center; answers its id. */
export async function requestOutreach(
  { db, me, emit, personal }: Here,
  { id: customerId }: CustomerEntryRow,
  { type, text }: SendOutreach,
): Promise<string> {
  const centers = await centersOfCustomer(db, customerId)
  const serviceCenterId = centers.find((id) => me.centers.includes(id)) ?? centers[0]
  if (!serviceCenterId) throw problem('not_found')
  const outreachId = randomUUIDv7()
  const place = { table: 'outreach', column: 'text', id: outreachId }
  const sealed = text ? personal.seal(text, place) : null
  emit(OutreachRequested, 1, { outreachId, customerId, serviceCenterId, type, text: sealed })
  return outreachId
}
