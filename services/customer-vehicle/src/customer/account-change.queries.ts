import type { PersonalData } from '@forecourt/platform/personal'
import { changeRow } from '@forecourt/platform/row'
import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import {
  holderOf,
  settleAccount,
  type Account,
  type AccountHolder,
  type Hearing,
} from './account.queries.ts'
import { tellChange } from './change.queries.ts'
import { isMadeUp, type CustomerRow } from './customer.ts'
import { openedCustomer, sealedCustomer } from './customer.queries.ts'

/**
 * Carries what the holder of an account says of themselves over to their customer. The proved phone
 * decides; whatever else differs from what is known is shown to staff as a suggestion.
 */
export async function followAccount(context: Hearing, account: Account): Promise<void> {
  const { db, personal } = context
  const row = await db
    .selectFrom('customer')
    .selectAll()
    .where('accountId', '=', account.userId)
    .forUpdate()
    .executeTakeFirst()
  // An account that was proved only now, or that a customer's phone has led to.
  if (!row) return settleAccount(context, account)
  const holder = holderOf(personal, account)
  if (!holder) return
  const accountSaid = digestOf(personal, holder)
  if (row.accountSaid === accountSaid) return
  const changes = await changesBy(context, row, holder)
  if (!changes) {
    await db.updateTable('customer').set({ accountSaid }).where('id', '=', row.id).execute()
    return
  }
  const customer = await changeRow(context, 'customer', row, { ...changes, accountSaid })
  await tellChange(context, customer)
}

function digestOf(personal: PersonalData, { fullName, email, phone }: AccountHolder): string {
  return personal.blindIndex('account', JSON.stringify([fullName, email, phone]))
}

/** What changes for a customer; nothing where all of it is known. */
async function changesBy(
  { db, personal }: Hearing,
  row: CustomerRow,
  { fullName, email, phone }: AccountHolder,
): Promise<Partial<CustomerRow> | undefined> {
  const known = openedCustomer(personal, row)
  const mayHave = phone === known.phone || !(await isOfAnother(db, personal, row.id, phone))
  const person = { ...known, email: known.email ?? email, ...(mayHave && { phone }) }
  const isOtherName = fullName !== row.fullName && !isMadeUp(fullName)
  const isNamed = isOtherName && isMadeUp(row.fullName)
  const differing = {
    ...(isOtherName && !isNamed && { fullName }),
    ...(email !== null && email !== person.email && { email }),
    ...(phone !== person.phone && { phone }),
  }
  const isTaken = person.phone !== known.phone || person.email !== known.email
  const isDiffering = Object.keys(differing).length > 0
  if (!isTaken && !isDiffering && !isNamed) return undefined
  return {
    ...(isNamed && { fullName }),
    ...(isTaken && sealedCustomer(personal, row.id, person)),
    ...(isDiffering && { suggestion: suggestionWith(personal, row, differing) }),
  }
}

/** Two customers of one person are for staff to see: one phone cannot be both of theirs. */
async function isOfAnother(
  db: Kysely<Tables>,
  personal: PersonalData,
  id: string,
  phone: string,
): Promise<boolean> {
  const other = await db
    .selectFrom('customer')
    .select('id')
    .where('phoneIndex', '=', personal.blindIndex('phone', phone))
    .where('id', '<>', id)
    .executeTakeFirst()
  return other !== undefined
}

/** What a form has suggested before stays, where the account says nothing of it. */
function suggestionWith(personal: PersonalData, { id, suggestion }: CustomerRow, said: object) {
  const place = { table: 'customer', column: 'suggestion', id }
  const known = suggestion === null ? '{}' : personal.open(suggestion, place)
  const before = JSON.parse(known) as object
  return personal.seal(JSON.stringify({ ...before, ...said }), place)
}
