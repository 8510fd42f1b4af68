import { z } from 'zod'
import type { AddressCheck, PlaceNames } from '../place/place.ts'
import { CustomerFields, spellCustomer } from '../registration/form.ts'
import { splitName, type CustomerRow } from './customer.ts'

const { fullName } = CustomerFields.shape

/** Absent means unchanged, null means cleared; fields may have any document's spelling. */
export const ChangeCustomer = z.preprocess(
  spellChange,
  CustomerFields.extend({
    firstName: fullName,
    lastName: fullName.nullable(),
    email: CustomerFields.shape.email.nullable(),
    address: CustomerFields.shape.address.nullable(),
    marketingConsent: z.boolean(),
    suggestion: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('Null, once it has been taken over or turned down; or as it is shown.'),
  }).partial(),
)
export type ChangeCustomer = z.output<typeof ChangeCustomer>

/** Names are spelled later: one half of a name alone must not replace the whole. */
function spellChange(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { firstName, lastName, ...typed } = value as Record<string, unknown>
  return { ...(spellCustomer(typed) as object), firstName, lastName }
}

/** The full name after a change of it, or of one half. */
export function changedName(before: string, change: ChangeCustomer): string {
  if (change.fullName !== undefined) return change.fullName
  const halves = splitName(before)
  const { firstName = halves.firstName, lastName = halves.lastName } = change
  return lastName === null ? firstName : `${firstName} ${lastName}`
}

/** Where a customer lives after a change, in the lists' own spelling, or what is wrong with it. */
export function changedPlace(
  before: CustomerRow,
  { state, district, taluka }: ChangeCustomer,
  check: (names: PlaceNames) => AddressCheck,
): AddressCheck {
  if (state === undefined && district === undefined && taluka === undefined) {
    return { address: { state: before.state, district: before.district, taluka: before.taluka } }
  }
  return check({
    state: state ?? before.state,
    district: district ?? before.district,
    taluka: taluka ?? before.taluka,
  })
}
