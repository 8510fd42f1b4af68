import { randomUUIDv7 } from 'node:crypto'
import { VehicleRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { changeRow } from '@forecourt/platform/row'
import { tellChange } from '../customer/change.queries.ts'
import { isMadeUp, type CustomerRow } from '../customer/customer.ts'
import { linkCustomer, openedCustomer, sealedCustomer } from '../customer/customer.queries.ts'
import { addOrLock, verifyCustomer } from '../customer/proved.queries.ts'
import type { Here } from '../db.ts'
import { attachFiles, releaseFiles } from '../file/file.queries.ts'
import { addVehicles } from '../vehicle/adding.queries.ts'
import { linkVehicle, stateOfVehicle, tellVehicle } from '../vehicle/vehicle.queries.ts'
import type { VehicleRow } from '../vehicle/vehicle.ts'
import type { Form, FormVehicle } from './form.ts'
import type { RegistrationRow } from './registration.ts'

/** The customer of the proved phone: made now, or the one that is there, whose data stays. */
export async function settleCustomer(
  context: Here,
  registration: RegistrationRow,
  form: Form,
): Promise<CustomerRow> {
  const { db, now, personal } = context
  const { phone: _, alternativePhone: __, email: ___, street: ____, ...plain } = form.customer
  const id = randomUUIDv7()
  // Before a number is drawn.
  const found = await addOrLock(db, {
    ...plain,
    ...sealedCustomer(personal, id, form.customer),
    id,
    marketingConsent: true,
  })
  if (!found) throw new Error('The customer of a phone that is taken was not found.')
  const { row, isNew } = found
  const { serviceCenterId } = registration
  await linkCustomer(db, { customerId: row.id, serviceCenterId, linkedAt: now })
  if (row.verifiedAt) return enrich(context, row, form)
  const sealed = sealedCustomer(personal, row.id, form.customer)
  const typed = isNew ? {} : { ...plain, ...sealed, marketingConsent: true }
  const proof = {
    serviceCenterId,
    firstPlate: form.vehicles[0]?.plate ?? null,
    verifiedAt: now,
    isNew,
  }
  return verifyCustomer(context, row, proof, typed)
}

/**
 * What a known customer typed differently is kept for staff to decide on; what nobody has told yet
 * is taken over. The first form brings its consent, which whoever filled one in before may have
 * withdrawn since.
 */
async function enrich(context: Here, row: CustomerRow, form: Form): Promise<CustomerRow> {
  const { db, personal } = context
  const facts = openedCustomer(personal, row)
  const told = untoldBefore(row, facts.email, form)
  const known = { ...row, ...facts, ...told }
  const different = Object.entries(form.customer).filter(
    ([field, typed]) => known[field as keyof Form['customer']] !== typed,
  )
  const place = { table: 'customer', column: 'suggestion', id: row.id }
  const suggestion =
    different.length > 0
      ? personal.seal(JSON.stringify(Object.fromEntries(different)), place)
      : row.suggestion
  const { fullName, city, taluka, district, state, pinCode } = known
  const customer = await changeRow(context, 'customer', row, {
    ...{ fullName, city, taluka, district, state, pinCode, suggestion },
    ...sealedCustomer(personal, row.id, known),
    marketingConsent: row.marketingConsent || !(await hasFilledForm(db, row.id)),
  })
  await tellChange(context, customer)
  return customer
}

/** What somebody who only opened an account has not told yet. */
function untoldBefore(row: CustomerRow, email: string | null, { customer }: Form) {
  const { fullName, alternativePhone, street, city, taluka, district, state, pinCode } = customer
  const address = { alternativePhone, street, city, taluka, district, state, pinCode }
  return {
    ...(row.pinCode === '' && address),
    ...(isMadeUp(row.fullName) && { fullName }),
    ...(email === null && { email: customer.email }),
  }
}

async function hasFilledForm(db: Here['db'], customerId: string): Promise<boolean> {
  const forms = db.selectFrom('registration').select('id').where('customerId', '=', customerId)
  return (await forms.executeTakeFirst()) !== undefined
}

/** The vehicles of a proved form; those that the customer has already stay as they are. */
export async function settleNewVehicles(
  context: Here,
  registration: RegistrationRow,
  customerId: string,
  vehicles: FormVehicle[],
): Promise<VehicleRow[]> {
  const { db, now, emit, personal } = context
  const { id: from, serviceCenterId } = registration
  const drafts = vehicles.map(({ plate, brand, model, yearOfPurchase, photoFileId }) => ({
    id: randomUUIDv7(),
    customerId,
    plate: plate.plate,
    plateKey: plate.key,
    plateKind: plate.kind,
    brand,
    model,
    yearOfPurchase,
    photoFileId,
  }))
  const { added, taken, all } = await addVehicles(context, { customerId, serviceCenterId }, drafts)
  for (const vehicle of [...added, ...taken]) {
    const photos = vehicle.photoFileId ? [vehicle.photoFileId] : []
    await attachFiles(db, photos, { purpose: 'vehicle_photo', to: vehicle.id, from })
    await linkVehicle(db, { vehicleId: vehicle.id, serviceCenterId, linkedAt: now })
  }
  for (const vehicle of added) {
    emit(VehicleRegistered, vehicle.version, stateOfVehicle(personal, vehicle, [serviceCenterId]))
  }
  for (const vehicle of taken) await tellVehicle(context, vehicle)
  await releaseFiles(context, from)
  return all
}
