import { countries } from '@forecourt/contracts/country'
import { randomUUIDv7 } from 'node:crypto'
import { CustomerChanged } from '@forecourt/contracts/customer-vehicle-events'
import { servedCountry } from '@forecourt/otp/send'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import { tellChange } from '../customer/change.queries.ts'
import { isMadeUp, type CustomerRow } from '../customer/customer.ts'
import {
  linkCustomer,
  openedCustomer,
  sealedCustomer,
  stateOfCustomer,
} from '../customer/customer.queries.ts'
import { findCustomer } from '../customer/entry.queries.ts'
import { completed, drawReferenceId } from '../customer/proved.queries.ts'
import type { Here, Tables } from '../db.ts'
import type { OpenVehicle } from './opening.ts'
import { otherOwnerField, type OwnerAddress, type OwnerFields } from './owner.ts'

type Person = OwnerFields & Pick<OpenVehicle, 'vehicleNumber'>

/**
 * The customer whose vehicle it is, served by the center from now on: the one that was named, the
 * one of the phone, or a new one who has proved nothing yet. Throws `not_found`, and
 * `customer_not_linked` for a phone of another center's customer, who is to be looked up.
 */
export async function settleOwner(
  context: Here,
  { customerId, ...person }: Person & Pick<OpenVehicle, 'customerId'>,
  serviceCenterId: string,
): Promise<string> {
  if (!customerId) return ownerOfPhone(context, person, serviceCenterId)
  const { id } = await findCustomer(context.db, customerId)
  const row = await serveCustomer(context, id, serviceCenterId)
  refuseOther(person, ownerFieldsOf(context, row))
  return id
}

/** Throws a 422 for what is said of an owner whom these answers show otherwise. */
export function refuseOther(typed: OwnerFields, ...answers: OwnerFields[]): void {
  const field = otherOwnerField(typed, ...answers)
  if (!field) return
  const message = 'Is the customer’s: PUT /customers/:id changes it, customerId names another one'
  throw fieldProblem(field, message)
}

function ownerFieldsOf({ personal }: Here, row: CustomerRow): OwnerFields {
  const { phone, email, street } = openedCustomer(personal, row)
  const { city, taluka, district, state, pinCode } = row
  return {
    ownerName: row.fullName,
    ownerPhone: phone,
    ownerEmail: email,
    ownerAddress: {
      street,
      city,
      taluka,
      district,
      state,
      zipCode: pinCode,
      country: countries.IN,
    },
  }
}

async function ownerOfPhone(
  context: Here,
  person: Person,
  serviceCenterId: string,
): Promise<string> {
  const { db, personal } = context
  const { ownerName, ownerPhone, ...said } = person
  const known = () => customerOfPhone(db, personal.blindIndex('phone', ownerPhone ?? ''))
  const found = await known()
  const entered = found ? undefined : await enterOwner(context, person, serviceCenterId)
  if (entered) return entered
  // Somebody else may have entered the same phone: a moment ago, or at another center.
  const id = found ?? (await known())
  if (!id) throw problem('customer_not_linked')
  const row = await serveCustomer(context, id, serviceCenterId)
  // A name beside the phone only helps to find the customer, whose own name is answered.
  refuseOther(said, ownerFieldsOf(context, row))
  if (ownerName) await nameOwner(context, row, ownerName)
  return id
}

/** Whoever came by a phone alone has no name but the one that staff is told. */
async function nameOwner(context: Here, row: CustomerRow, fullName: string): Promise<void> {
  if (!isMadeUp(row.fullName) || isMadeUp(fullName)) return
  await tellChange(context, await changeRow(context, 'customer', row, { fullName }))
}

/**
 * Enters somebody who has proved nothing: with a reference id, which stays for ever, and told to
 * everybody whom a visit or a message needs. Answers nothing where somebody has the phone.
 */
async function enterOwner(
  context: Here,
  { ownerName, ownerPhone, ownerEmail = null, ownerAddress, vehicleNumber }: Person,
  serviceCenterId: string,
): Promise<string | undefined> {
  const { db, now, emit, personal, otp } = context
  // Messages go where codes may go.
  if (ownerPhone) servedCountry(otp, ownerPhone, 'ownerPhone')
  const id = randomUUIDv7()
  const { street, ...place } = toldAddress(context, ownerAddress)
  const plain = { phone: ownerPhone ?? '', email: ownerEmail, alternativePhone: null, street }
  // A center sees the customer that it adds by its link.
  await linkCustomer(db, { customerId: id, serviceCenterId, linkedAt: now })
  const added = await db
    .insertInto('customer')
    .values({
      ...place,
      ...sealedCustomer(personal, id, plain),
      id,
      fullName: ownerName ?? '',
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

/** As much of an address as was told, its places in the lists' own spelling. */
function toldAddress({ places }: Here, address: OwnerAddress) {
  const { street = null, city, zipCode } = address ?? {}
  const typed = {
    state: address?.state ?? '',
    district: address?.district ?? '',
    taluka: address?.taluka ?? '',
  }
  const { address: known, problems } = places.checkTold(typed)
  const [fault] = Object.entries(problems ?? {})
  if (fault) throw fieldProblem(`ownerAddress.${fault[0]}`, fault[1])
  return { ...typed, ...known, street, city: city ?? '', pinCode: zipCode ?? '' }
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
  context: Here,
  customerId: string,
  serviceCenterId: string,
): Promise<CustomerRow> {
  const { db, now } = context
  const customers = db.selectFrom('customer').selectAll().where('id', '=', customerId)
  const row: CustomerRow | undefined = await customers.forUpdate().executeTakeFirst()
  if (!row) throw problem('not_found')
  if (!(await linkCustomer(db, { customerId, serviceCenterId, linkedAt: now }))) return row
  const served = await changeRow({ db }, 'customer', row, {})
  await tellChange(context, served)
  return served
}
