import { Country } from '@forecourt/contracts/country'
import { isGstin } from '@forecourt/contracts/gstin'
import { orNothing } from '@forecourt/contracts/typed'
import { z } from 'zod'

/** A workshop of the dealer group, at one place, with the PIN codes it serves. */
export const ServiceCenterRow = z.object({
  id: z.uuid(),
  code: z.string(),
  name: z.string(),
  isActive: z.boolean(),
  isHeadOffice: z.boolean(),
  street: z.string().nullable(),
  city: z.string(),
  district: z.string().nullable(),
  state: z.string(),
  pinCode: z.string().nullable(),
  /** ISO 3166 code: it decides the tax law and how numbers are written. */
  country: z.string(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  gstin: z.string().nullable(),
  /** What a business of the UAE is known by: to its emirate, and to the tax office. */
  tradeLicenseNumber: z.string().nullable(),
  vatCertification: z.string().nullable(),
  timeZone: z.string(),
  /** The account of whoever runs it. */
  managerId: z.uuid().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type ServiceCenterRow = z.infer<typeof ServiceCenterRow>

export const ServiceCenterZoneRow = z.object({ serviceCenterId: z.uuid(), pinPrefix: z.string() })

/** What a garage may be called, and where it may be, when its owner registers it. */
const most = { name: 255, street: 400, city: 100 }

const text = (max: number) => z.string().trim().min(1, 'Must not be empty').max(max)
const PinCode = z.string().regex(/^[1-9][0-9]{5}$/, 'Must have 6 digits')

export const ServiceCenter = ServiceCenterRow.extend({
  /** The same place once more, in the spelling of the address form. */
  address: z.object({
    street: z.string().nullable(),
    city: z.string(),
    state: z.string(),
    zipCode: z.string().nullable(),
    country: z.string(),
  }),
  pinPrefixes: z.array(z.string()),
}).meta({ id: 'ServiceCenter' })
export type ServiceCenter = z.infer<typeof ServiceCenter>

export interface ServiceCenterAndZone extends ServiceCenterRow {
  pinPrefixes: string[]
}

/** The center as its answers show it, its place in both spellings. */
export function shownServiceCenter(center: ServiceCenterAndZone): ServiceCenter {
  const { street, city, state, pinCode, country } = center
  return { ...center, address: { street, city, state, zipCode: pinCode, country } }
}

const PinPrefixes = z
  .array(z.string().regex(/^[1-9][0-9]{0,5}$/, 'Must be the first 1 to 6 digits of a PIN code'))
  .max(100)
  .refine((prefixes) => new Set(prefixes).size === prefixes.length, 'Must not repeat a prefix')

/** A place as the address form spells it; its fields may stand flat in the body as well. */
const Address = z
  .object({
    street: orNothing(text(most.street)),
    city: text(most.city),
    state: text(80),
    zipCode: orNothing(PinCode),
    country: Country,
  })
  .partial()

const Particulars = z.object({
  name: text(most.name),
  street: orNothing(text(most.street)),
  city: text(most.city),
  district: orNothing(text(80)),
  state: text(80),
  pinCode: orNothing(PinCode),
  country: Country.optional(),
  phone: orNothing(text(20)),
  email: orNothing(z.email('Must be an e-mail address')),
  gstin: orNothing(
    z.string().trim().toUpperCase().refine(isGstin, 'Must be a valid GSTIN of 15 characters'),
  ),
  tradeLicenseNumber: orNothing(text(50).toUpperCase()),
  vatCertification: orNothing(text(50).toUpperCase()),
  timeZone: z.string().refine(isTimeZone, 'Must be a time zone such as Asia/Kolkata').optional(),
  isActive: z.boolean().optional(),
  managerId: orNothing(z.uuid('Must be the id of an account')),
})

const Opening = Particulars.extend({
  code: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z1-9][A-Z0-9]{1,2}$/, 'Must be 2 or 3 letters or digits, such as PUN'),
  pinPrefixes: PinPrefixes.default([]),
})
export type Opening = z.infer<typeof Opening>

export const OpenServiceCenter = Opening.partial({ city: true, state: true })
  .extend({ address: Address.optional() })
  // Whether city and state are given, here or there, is for the next schema to say.
  .transform((body) => withFlatAddress(body) as z.input<typeof Opening>)
  .pipe(Opening)

/** What a center is unless its opening says otherwise. */
export const newServiceCenter = {
  isActive: true,
  isHeadOffice: false,
  country: 'IN',
  timeZone: 'Asia/Kolkata',
}

const Change = Particulars.extend({ pinPrefixes: PinPrefixes }).partial()

/** Absent means unchanged, null means cleared, and so does an optional field left empty. */
export const ChangeServiceCenter = Change.extend({
  address: Address.optional(),
  code: z.string().trim().toUpperCase().optional().describe('As it is: it never changes.'),
})
export type ChangeServiceCenter = z.infer<typeof ChangeServiceCenter>

/**
 * What changes of a center. Its place is answered in both spellings: whoever sends all of it back
 * has changed the one that differs, and where both do, the flat words win.
 */
export function changesOf(
  before: ServiceCenterRow,
  body: ChangeServiceCenter,
): z.infer<typeof Change> {
  const { address, code: _, ...flat } = body
  const place = Object.entries(flatOf(address)) as [keyof Place, Place[keyof Place]][]
  const differing = place.filter(
    ([name]) => flat[name] === undefined || flat[name] === before[name],
  )
  return { ...flat, ...Object.fromEntries(differing) }
}

/** What stands flat wins over what stands in the address. */
function withFlatAddress<Body extends { address?: z.infer<typeof Address> | undefined }>(
  body: Body,
): Omit<Body, 'address'> {
  const { address, ...flat } = body
  return { ...flatOf(address), ...flat }
}

type Place = Pick<z.infer<typeof Change>, 'street' | 'city' | 'state' | 'pinCode' | 'country'>

function flatOf({ zipCode, ...place }: z.infer<typeof Address> = {}): Place {
  return { ...place, ...(zipCode !== undefined && { pinCode: zipCode }) }
}

/** Of two names of a zone the list has the older: India's is Asia/Calcutta there. */
const timeZones = new Set([...Intl.supportedValuesOf('timeZone'), 'Asia/Kolkata'])

/** By its name: an offset such as +05:30, which Intl takes too, means the opposite to Postgres. */
function isTimeZone(value: string): boolean {
  return timeZones.has(value)
}
