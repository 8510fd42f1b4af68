import { isDeepStrictEqual } from 'node:util'
import { CustomerChanged } from '@forecourt/contracts/customer-vehicle-events'
import { isCustomer } from '@forecourt/platform/me'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import type { Here, Means } from '../db.ts'
import type { PlaceNames } from '../place/place.ts'
import { changedPlace, settleChange, type ChangeCustomer } from './change.ts'
import type { CustomerRow } from './customer.ts'
import { centersOfCustomer, openedCustomer, stateOfCustomer } from './customer.queries.ts'
import { suggestionOf } from './entry.queries.ts'

/** Changes a customer by the fields that were given, and tells of it. */
export async function changeCustomer(
  context: Here,
  id: string,
  body: ChangeCustomer,
): Promise<void> {
  const before = await lockRow<CustomerRow>(context, 'customer', id)
  const settled = settleChange({ ...before, ...openedCustomer(context.personal, before) }, body)
  const { faults, city, pinCode, street, fullName } = settled
  const { address, problems = {} } = changedPlace(before, settled, context.places.checkTold)
  for (const [name, message] of Object.entries(problems)) {
    faults[settled[name as keyof PlaceNames].path] ??= [message]
  }
  if (Object.keys(faults).length > 0) throw problem('body_invalid', { fields: faults })
  const { marketingConsent } = body
  const suggestion = settledSuggestion(context, before, body)
  const changed = await changeRow<CustomerRow>(context, 'customer', before, {
    ...given({ fullName: fullName.value, city: city.value, pinCode: pinCode.value }),
    ...given({ marketingConsent, suggestion }),
    ...address,
    ...sealedChanges(context, id, { ...body, street: street.value }),
  })
  await tellChange(context, changed)
}

/** What is done with a suggestion is for staff to say, who are shown it. */
function settledSuggestion(
  { me, personal }: Here,
  before: CustomerRow,
  { suggestion }: ChangeCustomer,
): null | undefined {
  if (suggestion === null) return isCustomer(me) ? undefined : null
  const shown = isCustomer(me) ? null : suggestionOf(personal, before)
  if (suggestion === undefined || isDeepStrictEqual(suggestion, shown)) return undefined
  throw fieldProblem('suggestion', 'Can only be null, or as it is shown')
}

function sealedChanges(
  { personal }: Means,
  id: string,
  change: Pick<ChangeCustomer, 'alternativeNumber' | 'email'> & {
    street: string | null | undefined
  },
) {
  const { alternativeNumber, email, street } = change
  const seal = (column: string, value: string | null | undefined) =>
    value ? personal.seal(value, { table: 'customer', column, id }) : value
  return given({
    alternativePhone: seal('alternative_phone', alternativeNumber),
    email: seal('email', email),
    emailIndex: email ? personal.blindIndex('email', email) : email,
    street: seal('street', street),
  })
}

/** Tells the new state of a changed customer. */
export async function tellChange(
  { db, emit, personal }: Pick<Here, 'db' | 'emit' | 'personal'>,
  row: CustomerRow,
): Promise<void> {
  const centers = await centersOfCustomer(db, row.id)
  emit(CustomerChanged, row.version, stateOfCustomer(personal, row, centers))
}
