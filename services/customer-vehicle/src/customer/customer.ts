import { countries } from '@forecourt/contracts/country'
import { z } from 'zod'

/** A person with a phone number; phone, e-mail and street are ciphertext under the row's id. */
export const CustomerRow = z.object({
  id: z.uuid(),
  /** The account of identity that this person signs in with. */
  accountId: z.uuid().nullable(),
  referenceId: z.string().nullable(),
  fullName: z.string(),
  phone: z.string(),
  phoneIndex: z.string(),
  alternativePhone: z.string().nullable(),
  email: z.string().nullable(),
  emailIndex: z.string().nullable(),
  street: z.string().nullable(),
  city: z.string(),
  taluka: z.string(),
  district: z.string(),
  state: z.string(),
  pinCode: z.string(),
  marketingConsent: z.boolean(),
  /** Sealed JSON: what a later registration of the same phone said differently. */
  suggestion: z.string().nullable(),
  /** Digest of what the holder of the account was last heard to say. */
  accountSaid: z.string().nullable(),
  verifiedAt: z.string().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type CustomerRow = z.infer<typeof CustomerRow>

export const CustomerCenterRow = z.object({
  customerId: z.uuid(),
  serviceCenterId: z.uuid(),
  linkedAt: z.string(),
})

export const ReferenceCounterRow = z.object({ prefix: z.string(), last: z.number().int() })

export const OtpStatus = z.enum(['verified', 'sent', 'expired', 'blocked'])

/** A customer, or an unverified entry, under every name that the requirements have for fields. */
export const Customer = z
  .object({
    id: z.uuid(),
    customerCode: z.string().nullable(),
    referenceId: z.string().nullable(),
    verified: z.boolean(),
    otpStatus: OtpStatus,
    firstName: z.string(),
    lastName: z.string().nullable(),
    fullName: z.string(),
    name: z.string(),
    phone: z.string(),
    mobileNumber: z.string(),
    alternativeNumber: z.string().nullable(),
    email: z.string().nullable(),
    address: z.object({
      street: z.string().nullable(),
      city: z.string(),
      taluka: z.string(),
      district: z.string(),
      state: z.string(),
      zipCode: z.string(),
      country: z.string(),
    }),
    city: z.string(),
    taluka: z.string(),
    district: z.string(),
    state: z.string(),
    pinCode: z.string(),
    dateOfBirth: z.string().nullable().describe('Null: who has said it, told the own account.'),
    totalOrders: z.number().int().describe('0: orders are not counted yet.'),
    totalSpent: z.number().describe('0: what was spent is not counted yet.'),
    loyaltyPoints: z.number().int().describe('0: nobody is given any yet.'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Customer' })
export type Customer = z.infer<typeof Customer>

/** What a customer's answer is made of, with the personal values in plain. */
export interface CustomerFacts {
  id: string
  referenceId: string | null
  otpStatus: z.infer<typeof OtpStatus>
  fullName: string
  phone: string
  alternativePhone: string | null
  email: string | null
  street: string | null
  city: string
  taluka: string
  district: string
  state: string
  pinCode: string
  createdAt: string
  updatedAt: string
}

/** Spells a customer in all the ways that front ends know. */
export function spellOutCustomer(facts: CustomerFacts): Customer {
  const { id, referenceId, otpStatus, fullName, phone, email, street, createdAt, updatedAt } = facts
  const { city, taluka, district, state, pinCode } = facts
  return {
    id,
    customerCode: referenceId,
    referenceId,
    verified: otpStatus === 'verified',
    otpStatus,
    ...splitName(fullName),
    fullName,
    name: fullName,
    phone,
    mobileNumber: phone,
    alternativeNumber: facts.alternativePhone,
    email,
    address: { street, city, taluka, district, state, zipCode: pinCode, country: countries.IN },
    city,
    taluka,
    district,
    state,
    pinCode,
    dateOfBirth: null,
    totalOrders: 0,
    totalSpent: 0,
    loyaltyPoints: 0,
    createdAt,
    updatedAt,
  }
}

/** The user name of whoever came by a phone alone. */
const MADE_UP = /^user_\d+(_\d+)?$/

/** Whether the house has made a name up, which gives way to the one that the person has. */
export function isMadeUp(fullName: string): boolean {
  return MADE_UP.test(fullName)
}

/** A full name, split at its first space. */
export function splitName(fullName: string): { firstName: string; lastName: string | null } {
  const [, firstName = fullName, lastName = null] = /^(\S+)\s+(.+)$/.exec(fullName) ?? []
  return { firstName, lastName }
}
