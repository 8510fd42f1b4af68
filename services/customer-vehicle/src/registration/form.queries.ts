import { problem, type FieldMessages } from '@forecourt/platform/problem'
import { findBrands } from '../brand/brand.queries.ts'
import type { Here } from '../db.ts'
import { today } from '../service-center/service-center.queries.ts'
import { dayIn, type ServiceCenterRow } from '../service-center/service-center.ts'
import { yearProblem } from '../vehicle/year.ts'
import type { Form, FormVehicle, SubmitForm, TypedVehicles } from './form.ts'
import type { RegistrationRow } from './registration.ts'

/**
 * The form in the names of our lists. Throws one 422 that names every field which no list has, or
 * which this caller may not enter.
 */
export async function settleForm(
  context: Here,
  { customer, vehicles }: SubmitForm,
  { timeZone }: Pick<ServiceCenterRow, 'timeZone'>,
) {
  const place = context.places.checkAddress(customer)
  const fields: FieldMessages = {}
  for (const [field, message] of Object.entries(place.problems ?? {})) {
    fields[`customer.${field}`] = [message]
  }
  const day = async () => dayIn(timeZone, context.now)
  const settled = await lookUpVehicles(context, vehicles, day, fields)
  refuse(fields)
  const { fullName, mobileNumber: phone, alternativeNumber, email, city, pinCode } = customer
  const { taluka, district, state } = place.address ?? customer
  const form: Form = {
    customer: {
      fullName,
      phone,
      alternativePhone: alternativeNumber ?? null,
      email,
      street: customer.address,
      city,
      taluka,
      district,
      state,
      pinCode,
    },
    vehicles: settled,
  }
  return form
}

/** The vehicles that were corrected after a 409, in the names of our lists. */
export async function settleVehicles(
  context: Here,
  vehicles: TypedVehicles,
  { id, serviceCenterId }: Pick<RegistrationRow, 'id' | 'serviceCenterId'>,
): Promise<FormVehicle[]> {
  const fields: FieldMessages = {}
  const day = () => today(context, serviceCenterId)
  const settled = await lookUpVehicles(context, vehicles, day, fields)
  refuse(fields)
  await refuseUnknownPhotos(context, settled, id)
  return settled
}

/** Throws `file_unknown`, naming the fields whose photo is not there, or is another thing's. */
export async function refuseUnknownPhotos(
  { db }: Pick<Here, 'db'>,
  vehicles: readonly FormVehicle[],
  registrationId: string | null,
): Promise<void> {
  const ids = vehicles.map(({ photoFileId }) => photoFileId)
  const files = await db
    .selectFrom('file')
    .select('id')
    .where('id', 'in', ids)
    .where('purpose', '=', 'vehicle_photo')
    .where((eb) => eb.or([eb('attachedTo', 'is', null), eb('attachedTo', '=', registrationId)]))
    .execute()
  const known = new Set(files.map(({ id }) => id))
  const fields = ids.flatMap((id, at): [string, string[]][] =>
    known.has(id) ? [] : [[`vehicles.${at}.photoFileId`, ['Upload a photo of the vehicle']]],
  )
  if (fields.length > 0) throw problem('file_unknown', { fields: Object.fromEntries(fields) })
}

/** Adds to `fields` what is wrong; what is answered counts only when nothing is. */
async function lookUpVehicles(
  { db, me }: Here,
  vehicles: TypedVehicles,
  dayOf: () => Promise<string>,
  fields: FieldMessages,
): Promise<FormVehicle[]> {
  const isDated = vehicles.some(({ yearOfPurchase }) => yearOfPurchase)
  const currentYear = isDated ? Number((await dayOf()).slice(0, 4)) : 0
  const isStaff = me.may('registration.create')
  const typed = vehicles.map(({ brand }) => brand)
  const brands = await findBrands(db, typed)
  return vehicles.map((vehicle, at) => {
    const { vehicleNumber: plate, model, photoFileId } = vehicle
    const brand = brands.get(vehicle.brand)
    const yearOfPurchase = vehicle.yearOfPurchase ?? null
    const fault = yearOfPurchase === null ? null : yearProblem(yearOfPurchase, currentYear)
    if (fault) fields[`vehicles.${at}.yearOfPurchase`] = [fault]
    if (!brand) fields[`vehicles.${at}.brand`] = ['Choose a vehicle brand from the list']
    if (plate.kind === 'special' && !isStaff) {
      fields[`vehicles.${at}.vehicleNumber`] = ['Vehicle number must look like MH12AB1234']
    }
    return { plate, brand: brand?.name ?? vehicle.brand, model, yearOfPurchase, photoFileId }
  })
}

function refuse(fields: FieldMessages): void {
  if (Object.keys(fields).length > 0) throw problem('body_invalid', { fields })
}
