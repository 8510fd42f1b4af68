import { CustomerChanged } from '@forecourt/contracts/customer-vehicle-events'
import type { Context } from '@forecourt/platform/endpoint'
import { isCustomer } from '@forecourt/platform/me'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import type { Means, Tables } from '../db.ts'
import { changedName, changedPlace, type ChangeCustomer } from './change.ts'
import type { CustomerRow } from './customer.ts'
import { centersOfCustomer, openedCustomer, stateOfCustomer } from './customer.queries.ts'

type Changing = Context<Tables> & Means

/** Changes a customer by the fields that were given, and tells of it. */
export async function changeCustomer(
  context: Changing,
  id: string,
  change: ChangeCustomer,
): Promise<void> {
  const before = await lockRow<CustomerRow>(context, 'customer', id)
  refuseOtherPhone(context, before, change)
  const { address, problems } = changedPlace(before, change, context.places.checkTold)
  if (problems) {
    const fields = Object.entries(problems).map(([field, message]): [string, string[]] => [
      field,
      [message],
    ])
    throw problem('body_invalid', { fields: Object.fromEntries(fields) })
  }
  const { city, pinCode, marketingConsent } = change
  // What is done with a suggestion is for staff to say, who are shown it.
  const suggestion = isCustomer(context.me) ? undefined : change.suggestion
  const changed = await changeRow<CustomerRow>(context, 'customer', before, {
    ...given({ city, pinCode, marketingConsent, suggestion }),
    ...address,
    ...sealedChanges(context, id, change),
    fullName: changedName(before.fullName, change),
  })
  await tellChange(context, changed)
}

/** Whoever is proved by a phone cannot be given another without its code. */
function refuseOtherPhone({ personal }: Means, before: CustomerRow, change: ChangeCustomer): void {
  const { mobileNumber } = change
  if (mobileNumber === undefined) return
  if (mobileNumber === openedCustomer(personal, before).phone) return
  throw fieldProblem('mobileNumber', 'A phone number changes only with a code sent to it')
}

function sealedChanges({ personal }: Means, id: string, change: ChangeCustomer) {
  const { alternativeNumber, email, address } = change
  const seal = (column: string, value: string | null | undefined) =>
    value ? personal.seal(value, { table: 'customer', column, id }) : value
  return given({
    alternativePhone: seal('alternative_phone', alternativeNumber),
    email: seal('email', email),
    emailIndex: email ? personal.blindIndex('email', email) : email,
    street: seal('street', address),
  })
}

/** Tells the new state of a changed customer. */
export async function tellChange(
  { db, emit, personal }: Pick<Changing, 'db' | 'emit' | 'personal'>,
  row: CustomerRow,
): Promise<void> {
  const centers = await centersOfCustomer(db, row.id)
  emit(CustomerChanged, row.version, stateOfCustomer(personal, row, centers))
}
