import { randomUUIDv7 } from 'node:crypto'
import { OutreachRequested } from '@forecourt/contracts/customer-vehicle-events'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import type { Here } from '../db.ts'
import { centersOfCustomer } from './customer.queries.ts'
import type { CustomerEntryRow } from './entry.ts'
import type { SendOutreach } from './outreach.ts'

/**
 * Asks for a message to a customer in the name of the caller's center; answers its id. A garage,
 * which anybody may open, writes to nobody who has proved nothing, and no words of its own.
 */
export async function requestOutreach(
  { db, me, emit, personal }: Here,
  { id: customerId, verifiedAt }: CustomerEntryRow,
  { type, text }: SendOutreach,
): Promise<string> {
  const centers = await centersOfCustomer(db, customerId)
  const serviceCenterId = centers.find((id) => me.centers.includes(id)) ?? centers[0]
  if (!serviceCenterId) throw problem('not_found')
  if (await isGarage(db, serviceCenterId)) {
    if (!verifiedAt) throw problem('customer_unproved')
    if (text) throw fieldProblem('text', 'A garage sends the words of the template')
  }
  const outreachId = randomUUIDv7()
  const place = { table: 'outreach', column: 'text', id: outreachId }
  const sealed = text ? personal.seal(text, place) : null
  emit(OutreachRequested, 1, { outreachId, customerId, serviceCenterId, type, text: sealed })
  return outreachId
}

async function isGarage(db: Here['db'], id: string): Promise<boolean> {
  const garage = db.selectFrom('serviceCenter').select('id').where('id', '=', id)
  return (await garage.where('isGarage', '=', true).executeTakeFirst()) !== undefined
}
