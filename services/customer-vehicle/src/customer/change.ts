import { Day } from '@forecourt/contracts/day'
import { Email } from '@forecourt/contracts/email'
import { normalizePhone, Phone } from '@forecourt/contracts/phone'
import { orNothing, typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { CountryOfAddress, type AddressCheck, type PlaceNames } from '../place/place.ts'
import { CustomerFields, line, tidy } from '../registration/form.ts'
import { chosen, type Choice } from '../registration/spelling.ts'
import { splitName, type CustomerRow } from './customer.ts'

const { fullName, address: street, ...placeFields } = CustomerFields.shape

const name = fullName.optional()
const phone = typedText('Phone number')
  .optional()
  .describe('As it is shown; another one takes a code: PUT /auth/profile.')

/** Of somebody who has told no address, it is shown empty and may come back so. */
const city = blankOr(placeFields.city)
const taluka = blankOr(placeFields.taluka)
const district = blankOr(placeFields.district)
const state = blankOr(placeFields.state)
const pinCode = blankOr(placeFields.pinCode)
const place = { city, taluka, district, state, zipCode: pinCode, pinCode }

function blankOr(field: z.ZodType<string, string>) {
  const { error } = field.safeParse('')
  return z.union([field, z.literal('', error?.issues[0]?.message)]).optional()
}

/**
 * Absent means unchanged, null means cleared, and so does an optional field that was left empty.
 * Fields may have any document's spelling.
 */
export const ChangeCustomer = z.object({
  fullName: name,
  name,
  firstName: line('First name', 100).optional(),
  lastName: orNothing(line('Last name', 100)),
  mobileNumber: phone,
  phone,
  alternativeNumber: orNothing(Phone),
  email: orNothing(Email),
  address: z
    .union([
      orNothing(street),
      z.object({
        ...place,
        street: orNothing(street),
        country: orNothing(CountryOfAddress),
      }),
    ])
    .optional()
    .describe('The street line, or the whole as it is shown.'),
  ...place,
  dateOfBirth: orNothing(Day).describe('Its person says it: PUT /auth/profile.'),
  marketingConsent: z.boolean().optional(),
  suggestion: z
    .record(z.string(), z.unknown())
    .nullish()
    .describe('Null, once it has been taken over or turned down; or as it is shown.'),
})
export type ChangeCustomer = z.output<typeof ChangeCustomer>

/** What a customer is shown to be, as far as the documents spell it differently. */
export type Shown = Pick<CustomerRow, 'fullName' | 'phone' | 'street' | 'city' | 'pinCode'> &
  PlaceNames

type Part = keyof PlaceNames | 'city'

/** What a body changes of a customer, in which of its fields it says so, and what is wrong. */
export function settleChange(shown: Shown, body: ChangeCustomer) {
  const { address, pinCode, zipCode } = body
  const knownName = tidy(shown.fullName)
  const isWhole = typeof address === 'object' && address !== null
  const within = isWhole ? address : {}
  const part = (name: Part) =>
    chosen(shown[name], { [name]: body[name], [`address.${name}`]: within[name] })
  const choices = {
    fullName: chosen(knownName, namesOf(knownName, body)),
    city: part('city'),
    taluka: part('taluka'),
    district: part('district'),
    state: part('state'),
    pinCode: chosen(shown.pinCode, {
      pinCode,
      zipCode,
      'address.zipCode': within.zipCode,
      'address.pinCode': within.pinCode,
    }),
  }
  const street = chosen(shown.street, {
    address: isWhole ? undefined : address,
    'address.street': within.street,
  })
  const faults = { ...faultsOf(choices), ...phoneFaults(shown, body) }
  if (body.dateOfBirth) faults['dateOfBirth'] = ['Its person says it: PUT /auth/profile']
  return { ...choices, street, faults }
}
export type SettledChange = ReturnType<typeof settleChange>

/** The whole names that a body means: one half alone leaves the other as it is. */
function namesOf(before: string, body: ChangeCustomer) {
  const { fullName, name, firstName, lastName } = body
  const known = splitName(before)
  const last = lastName === undefined ? known.lastName : lastName
  const joined = [firstName ?? known.firstName, last ?? []].flat().join(' ')
  const isFirst = firstName !== undefined && firstName !== known.firstName
  return {
    fullName,
    name,
    firstName: isFirst ? joined : undefined,
    lastName: last === known.lastName ? undefined : joined,
  }
}

/** Of mandatory fields: none can be emptied, and two halves must make a name together. */
function faultsOf(choices: Record<Part | 'fullName' | 'pinCode', Choice<string>>) {
  const faults: Record<string, string[]> = {}
  for (const [name, { value, path, faults: own }] of Object.entries(choices)) {
    const field: z.ZodType = { fullName, ...placeFields }[name as Part]
    const issue = value === undefined ? undefined : field.safeParse(value).error?.issues[0]
    if (issue) faults[path] = [issue.message]
    Object.assign(faults, own)
  }
  return faults
}

/** Whoever is proved by a phone cannot be given another without its code. */
function phoneFaults({ phone: known }: Shown, body: ChangeCustomer): Record<string, string[]> {
  const others = (['mobileNumber', 'phone'] as const).filter((path) => {
    const typed = body[path] ?? known
    return typed !== known && normalizePhone(typed) !== known
  })
  const message = 'A phone number changes only with a code sent to it'
  return Object.fromEntries(others.map((path) => [path, [message]]))
}

/** Where a customer lives after a change, in the lists' own spelling, or what is wrong with it. */
export function changedPlace(
  before: CustomerRow,
  change: Pick<SettledChange, keyof PlaceNames>,
  check: (names: PlaceNames) => AddressCheck,
): AddressCheck {
  const { state, district, taluka } = before
  const after = {
    state: change.state.value ?? state,
    district: change.district.value ?? district,
    taluka: change.taluka.value ?? taluka,
  }
  const stays = after.state === state && after.district === district && after.taluka === taluka
  return stays ? { address: after } : check(after)
}
