import type { CustomerState } from '@forecourt/contracts/customer-vehicle-events'
import type { PersonalData } from '@forecourt/platform/personal'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '../db.ts'
import {
  splitName,
  type Customer,
  type CustomerCenterRow,
  type CustomerRow,
  spellOutCustomer,
} from './customer.ts'

/** The columns of a customer's row that hold personal values, sealed for that row alone. */
export function sealedCustomer(
  personal: PersonalData,
  id: string,
  plain: {
    phone: string
    alternativePhone: string | null
    email: string | null
    street: string | null
  },
) {
  const seal = (column: string, value: string) =>
    personal.seal(value, { table: 'customer', column, id })
  const sealOrNull = (column: string, value: string | null) =>
    value === null ? null : seal(column, value)
  return {
    phone: seal('phone', plain.phone),
    phoneIndex: personal.blindIndex('phone', plain.phone),
    alternativePhone: sealOrNull('alternative_phone', plain.alternativePhone),
    email: sealOrNull('email', plain.email),
    emailIndex: plain.email === null ? null : personal.blindIndex('email', plain.email),
    street: sealOrNull('street', plain.street),
  }
}

type SealedCustomer = Omit<CustomerRow, 'emailIndex' | 'accountSaid'>

/** The personal values of a customer's row in plain. */
export function openedCustomer(personal: PersonalData, row: SealedCustomer) {
  const open = (column: string, sealed: string) =>
    personal.open(sealed, { table: 'customer', column, id: row.id })
  const openOrNull = (column: string, sealed: string | null) =>
    sealed === null ? null : open(column, sealed)
  return {
    phone: open('phone', row.phone),
    alternativePhone: openOrNull('alternative_phone', row.alternativePhone),
    email: openOrNull('email', row.email),
    street: openOrNull('street', row.street),
  }
}

/** A customer as it is answered; where no phone is proved, `otpStatus` tells of its code. */
export function showCustomer(
  personal: PersonalData,
  row: SealedCustomer,
  otpStatus: Customer['otpStatus'] = row.verifiedAt ? 'verified' : 'expired',
): Customer {
  return spellOutCustomer({ ...row, ...openedCustomer(personal, row), otpStatus })
}

/** Every center that serves a customer, the first one first, also those outside the scope. */
export async function centersOfCustomer(db: Kysely<Tables>, customerId: string): Promise<string[]> {
  const { rows } = await sql<{ centers: string[] }>`
    select centers_of_customer(${customerId}::uuid) as centers`.execute(db)
  return rows[0]?.centers ?? []
}

/** Lets a center serve a customer; answers whether it did not before. */
export async function linkCustomer(
  db: Kysely<Tables>,
  link: z.infer<typeof CustomerCenterRow>,
): Promise<boolean> {
  const added = await db
    .insertInto('customerCenter')
    .values(link)
    .onConflict((conflict) => conflict.doNothing())
    .returning('customerId')
    .executeTakeFirst()
  return added !== undefined
}

/** The full state that every event of a customer carries; personal values stay ciphertext. */
export function stateOfCustomer(
  personal: PersonalData,
  row: CustomerRow,
  serviceCenterIds: string[],
): z.infer<typeof CustomerState> {
  const { id, referenceId, fullName, phone, alternativePhone, email } = row
  if (referenceId === null) throw new Error('Only a customer with a reference id is told of.')
  const seal = (column: string, value: string) =>
    personal.seal(value, { table: 'customer', column, id })
  return {
    customerId: id,
    accountId: row.accountId,
    referenceId,
    serviceCenterIds,
    firstName: seal('first_name', splitName(fullName).firstName),
    fullName: seal('full_name', fullName),
    phone,
    alternativePhone,
    email,
    city: row.city,
    taluka: row.taluka,
    district: row.district,
    state: row.state,
    pinCode: row.pinCode,
    marketingConsent: row.marketingConsent,
    isVerified: row.verifiedAt !== null,
  }
}
