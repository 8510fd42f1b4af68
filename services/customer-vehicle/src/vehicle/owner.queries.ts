import { randomUUIDv7 } from 'node:crypto'
import { CustomerChanged } from '@forecourt/contracts/customer-vehicle-events'
import { problem } from '@forecourt/platform/problem'
import { changeRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import { tellChange } from '../customer/change.queries.ts'
import type { CustomerRow } from '../customer/customer.ts'
import { linkCustomer, sealedCustomer, stateOfCustomer } from '../customer/customer.queries.ts'
import { findCustomer } from '../customer/entry.queries.ts'
import { completed, drawReferenceId } from '../customer/proved.queries.ts'
import type { Tables } from '../db.ts'
import type { Writing } from '../registration/form.queries.ts'
import type { OpenVehicle } from './opening.ts'

type Named = Pick<
  OpenVehicle,
  'customerId' | 'ownerName' | 'ownerPhone' | 'ownerEmail' | 'vehicleNumber'
>

/** An address that nobody has told yet. */
const unknownAddress = { city: '', taluka: '', district: '', state: '', pinCode: '' }

/**
 * The customer whose vehicle it is, served by the center from now on: the one that was named, the
 * one of the phone, or a new one who has proved nothing yet. Throws `not_found`, and
 * `customer_not_linked` for a phone of another center's customer, who is to be looked up.
 */
export async function settleOwner(
  context: Writing,
  { customerId, ...person }: Named,
  serviceCenterId: string,
): Promise<string> {
  const id =
    customerId === undefined
      ? await ownerOfPhone(context, person, serviceCenterId)
      : (await findCustomer(context.db, customerId)).id
  await serveCustomer(context, id, serviceCenterId)
  return id
}

async function ownerOfPhone(
  context: Writing,
  person: Omit<Named, 'customerId'>,
  serviceCenterId: string,
): Promise<string> {
  const { db, personal } = context
  const { ownerPhone = '' } = person
  const known = () => customerOfPhone(db, personal.blindIndex('phone', ownerPhone))
  const found = await known()
  if (found) return found
  const entered = await enterOwner(context, person, serviceCenterId)
  if (entered) return entered
  // Somebody else has entered the same phone: a moment ago, or at another center.
  const other = await known()
  if (!other) throw problem('customer_not_linked')
  return other
}

/**
 * Enters somebody who has proved nothing: with a reference id, which stays for ever, and told to
 * everybody whom a visit or a message needs. Answers nothing where somebody has the phone.
 */
async function enterOwner(
  context: Writing,
  { ownerName = '', ownerPhone = '', ownerEmail = null, vehicleNumber }: Omit<Named, 'customerId'>,
  serviceCenterId: string,
): Promise<string | undefined> {
  const { db, now, emit, personal } = context
  const id = randomUUIDv7()
  const plain = { phone: ownerPhone, email: ownerEmail, alternativePhone: null, street: null }
  // A center sees the customer that it adds by its link.
  await linkCustomer(db, { customerId: id, serviceCenterId, linkedAt: now })
  const added = await db
    .insertInto('customer')
    .values({
      ...unknownAddress,
      ...sealedCustomer(personal, id, plain),
      id,
      fullName: ownerName,
      // Nobody was asked.
      marketingConsent: false,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!added) {
    await db.deleteFrom('customerCenter').where('customerId', '=', id).execute()
    return undefined
  }
  const proof = { serviceCenterId, firstPlate: vehicleNumber }
  const row = await completed(db, id, { referenceId: await drawReferenceId(db, proof) })
  emit(CustomerChanged, row.version, stateOfCustomer(personal, row, [serviceCenterId]))
  return id
}

async function customerOfPhone(
  db: Kysely<Tables>,
  phoneIndex: string,
): Promise<string | undefined> {
  const customers = db.selectFrom('customer').select('id').where('phoneIndex', '=', phoneIndex)
  return (await customers.executeTakeFirst())?.id
}

/**
 * Whoever serves the vehicle serves its owner too, or no work on it could be asked for. The owner
 * stays locked, so that an erasure comes before this or after it. Throws `not_found`.
 */
export async function serveCustomer(
  context: Writing,
  customerId: string,
  serviceCenterId: string,
): Promise<void> {
  const { db, now } = context
  const customers = db.selectFrom('customer').selectAll().where('id', '=', customerId)
  const row: CustomerRow | undefined = await customers.forUpdate().executeTakeFirst()
  if (!row) throw problem('not_found')
  if (!(await linkCustomer(db, { customerId, serviceCenterId, linkedAt: now }))) return
  await tellChange(context, await changeRow({ db }, 'customer', row, {}))
}
