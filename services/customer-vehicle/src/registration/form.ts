import { Email } from '@forecourt/contracts/email'
import { Phone } from '@forecourt/contracts/phone'
import { orNothing, typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { CountryOfAddress, PinCode } from '../place/place.ts'
import { StaffPlate, type ParsedPlate } from '../vehicle/plate.ts'
import { YearOfPurchase } from '../vehicle/year.ts'

const MAX_VEHICLES = 20

/** A line that a person typed: one line, without the invisible characters that copying brings. */
export function line(label: string, max: number) {
  return typedText(label)
    .overwrite(tidy)
    .min(1, `${label} is required`)
    .max(max, `${label} must have at most ${max} characters`)
}

export function tidy(typed: string): string {
  return typed
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

const FullName = line('Full name', 100).regex(/\p{L}|^$/u, 'Full name must have letters')

export const CustomerFields = z.object({
  fullName: FullName,
  mobileNumber: Phone,
  alternativeNumber: orNothing(Phone),
  email: Email,
  address: line('Address', 200),
  city: line('City or village', 80),
  taluka: line('Taluka', 80),
  district: line('District', 80),
  state: line('State', 80),
  pinCode: PinCode,
  country: orNothing(CountryOfAddress),
})

export const VehicleFields = z.object({
  vehicleNumber: StaffPlate,
  brand: line('Vehicle brand', 60),
  model: line('Vehicle model', 60),
  yearOfPurchase: orNothing(YearOfPurchase),
  photoFileId: z.uuid('Upload a photo of the vehicle').toLowerCase(),
})

/** The vehicles of a form, each under either spelling of its fields. */
export const TypedVehicles = z
  .array(z.preprocess(spellVehicle, VehicleFields), 'Add at least one vehicle')
  .min(1, 'Add at least one vehicle')
  .max(MAX_VEHICLES, `At most ${MAX_VEHICLES} vehicles can be registered at once`)
  .superRefine((vehicles, context) => {
    const plates = vehicles.map(({ vehicleNumber }) => vehicleNumber.key)
    const photos = vehicles.map(({ photoFileId }) => photoFileId)
    for (const at of vehicles.keys()) {
      if (plates.indexOf(plates[at] ?? '') < at) {
        const message = 'This vehicle number is already in the form'
        context.addIssue({ code: 'custom', path: [at, 'vehicleNumber'], message })
      }
      if (photos.indexOf(photos[at] ?? '') < at) {
        const message = 'Every vehicle needs a photo of its own'
        context.addIssue({ code: 'custom', path: [at, 'photoFileId'], message })
      }
    }
  })
export type TypedVehicles = z.output<typeof TypedVehicles>

/** The registration form as it is submitted. */
export const SubmitForm = z.object({
  customer: z.preprocess(spellCustomer, CustomerFields),
  vehicles: TypedVehicles,
  serviceCenterId: z.uuid('Choose a service center from the list').nullish(),
})
export type SubmitForm = z.output<typeof SubmitForm>

export interface FormVehicle {
  plate: ParsedPlate
  brand: string
  model: string
  yearOfPurchase: number | null
  photoFileId: string
}

/** A form whose every name is the one of our lists; kept sealed until its code is proved. */
export interface Form {
  customer: {
    fullName: string
    phone: string
    alternativePhone: string | null
    email: string
    street: string
    city: string
    taluka: string
    district: string
    state: string
    pinCode: string
  }
  vehicles: FormVehicle[]
}

/** The one text of a form that its code proves; fields stand in the order of `Form`. */
export function canonicalText(serviceCenterId: string, { customer, vehicles }: Form): string {
  return JSON.stringify([serviceCenterId, customer, vehicles])
}

type Fields = Record<string, unknown>

function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Fields
}

/** Another document's spelling of a customer, as the form spells it. */
function spellCustomer(value: unknown): unknown {
  const typed = fieldsOf(value)
  if (!typed) return value
  const address = fieldsOf(typed['address'])
  const parts = [typed['firstName'], typed['lastName']].filter((part) => typeof part === 'string')
  return {
    ...typed,
    fullName: firstGiven(typed['fullName'], typed['name'], parts.join(' ') || undefined),
    mobileNumber: firstGiven(typed['mobileNumber'], typed['phone']),
    address: address ? address['street'] : typed['address'],
    city: firstGiven(typed['city'], address?.['city']),
    taluka: firstGiven(typed['taluka'], address?.['taluka']),
    district: firstGiven(typed['district'], address?.['district']),
    state: firstGiven(typed['state'], address?.['state']),
    pinCode: firstGiven(
      typed['pinCode'],
      typed['zipCode'],
      address?.['pinCode'],
      address?.['zipCode'],
    ),
    country: firstGiven(typed['country'], address?.['country']),
  }
}

/** Null is given too: it means cleared, and whether that may be is for the field to say. */
function firstGiven(...spellings: unknown[]): unknown {
  return spellings.find((spelling) => spelling !== undefined)
}

/** A vehicle as the form spells it. */
export function spellVehicle(value: unknown): unknown {
  const typed = fieldsOf(value)
  if (!typed) return value
  return {
    ...typed,
    brand: firstGiven(typed['brand'], typed['make']),
    yearOfPurchase: firstGiven(typed['yearOfPurchase'], typed['year']),
  }
}
