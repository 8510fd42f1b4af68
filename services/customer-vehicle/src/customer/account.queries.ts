import type { DataOf } from '@forecourt/contracts/event'
import type { UserCreated } from '@forecourt/contracts/identity-events'
import { customerRoles } from '@forecourt/contracts/roles'
import { NotYet, type EventContext } from '@forecourt/platform/consumer'
import { isErased } from '@forecourt/platform/erasure'
import type { PersonalData } from '@forecourt/platform/personal'
import { changeRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { tellChange } from './change.queries.ts'
import { isMadeUp, type CustomerRow } from './customer.ts'
import { linkCustomer, openedCustomer, sealedCustomer } from './customer.queries.ts'
import { addOrLock, verifyCustomer } from './proved.queries.ts'

export type Hearing = EventContext<Tables> & Means
export type Account = DataOf<typeof UserCreated>

export interface AccountHolder {
  phone: string
  email: string | null
  fullName: string
}

/** A customer whose address nobody has told yet. */
const unknownAddress = { city: '', taluka: '', district: '', state: '', pinCode: '' }

/**
 * One person, one customer: an account whose phone a customer has already is linked to it; for any
 * other a customer is made, with the account's id.
 */
export async function settleAccount(context: Hearing, account: Account): Promise<void> {
  const { db, personal } = context
  const holder = holderOf(personal, account)
  if (!holder) return
  const id = account.userId
  if (await isErased(context, [id])) return
  const serviceCenterId = await headOffice(db)
  const sealed = sealedCustomer(personal, id, { ...holder, alternativePhone: null, street: null })
  const found = await addOrLock(db, {
    ...unknownAddress,
    ...sealed,
    id,
    accountId: id,
    fullName: holder.fullName,
    // Nobody was asked.
    marketingConsent: false,
  })
  if (!found) return
  const { row, isNew } = found
  const { time } = context.event
  const proof = { serviceCenterId, firstPlate: null, verifiedAt: time, isNew }
  if (isNew) {
    await linkCustomer(db, { customerId: id, serviceCenterId, linkedAt: time })
    await verifyCustomer(context, row, proof)
    return
  }
  // A customer has one account for ever: a phone that changes hands hands nobody's vehicles over.
  if (row.accountId !== null) return
  if (row.verifiedAt) return tellLinked(context, row, id)
  await linkCustomer(db, { customerId: row.id, serviceCenterId, linkedAt: time })
  await verifyCustomer(context, row, proof, proved(personal, row, id, holder))
}

/** The person behind a customer's account; only an active one has proved the phone. */
export function holderOf(personal: PersonalData, account: Account): AccountHolder | undefined {
  const { userId: id, role, status, fullName, phone, email } = account
  if (!customerRoles.includes(role) || status !== 'active') return undefined
  if (phone === null || fullName === null) return undefined
  const open = (column: string, sealed: string) =>
    personal.open(sealed, { table: 'user', column, id })
  return {
    phone: open('phone', phone),
    email: email === null ? null : open('email', email),
    fullName: open('full_name', fullName),
  }
}

/** Serves whoever told no address; it arrives from identity soon after the first start. */
async function headOffice(db: Kysely<Tables>): Promise<string> {
  const center = await db
    .selectFrom('serviceCenter')
    .select('id')
    .where('isHeadOffice', '=', true)
    .executeTakeFirst()
  if (!center) throw new NotYet('Service center', 'HO')
  return center.id
}

async function tellLinked(context: Hearing, row: CustomerRow, accountId: string): Promise<void> {
  await tellChange(context, await changeRow(context, 'customer', row, { accountId }))
}

/**
 * What staff had entered of somebody unproved gives way to what the person says; a user name that
 * was made of the phone is nobody's word.
 */
function proved(
  personal: PersonalData,
  row: CustomerRow,
  accountId: string,
  { fullName, email, phone }: AccountHolder,
): Partial<CustomerRow> {
  const known = openedCustomer(personal, row)
  const person = { ...known, phone, email: email ?? known.email }
  const named = isMadeUp(fullName) ? {} : { fullName }
  return { ...sealedCustomer(personal, row.id, person), ...named, accountId }
}
