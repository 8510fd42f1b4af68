import { normalizePhone } from '@forecourt/contracts/phone'
import { asItself, contains } from '@forecourt/platform/list'
import type { Condition } from '@forecourt/platform/list-query'
import { sql, type RawBuilder } from 'kysely'
import { namesOfBrands } from '../brand/brand.queries.ts'
import type { Means } from '../db.ts'

/** A place is typed by hand or chosen, so case does not matter. */
export function isAmong(column: string): Condition {
  return (_eb, values) => {
    const folded = values.map((value) => value.toLowerCase())
    return sql<boolean>`lower(${sql.ref(column)}) = any (${folded})`
  }
}

/** Has a vehicle of these brands, whatever the brand was called then; or wants to register one. */
export const hasBrand: Condition = (_eb, values) => {
  const names = namesOfBrands(values)
  return sql<boolean>`(id in (select customer_id from vehicle where brand in ${names})
    or brands && array${names})`
}

const PHONE_DIGITS = 10
/** Fewer letters make no trigram; they stand in so many names that reading all is quicker. */
const TRIGRAM = 3

/** A part of the name or of the reference id, or the whole phone, however it is typed. */
export const matches: Condition = (eb, [text = ''], { personal }: Means) => {
  const phone = normalizePhone(text)
  const parts = [contains('fullName', text), contains('referenceId', text)]
  const isCalled = text.length < TRIGRAM ? eb.or(parts) : isNamed(text)
  if (phone === null) return isCalled
  const isIts = sql<boolean>`phone_index = ${personal.blindIndex('phone', phone)}`
  // So many digits are in no name.
  return phone.length > PHONE_DIGITS ? isIts : eb.or([isCalled, isIts])
}

/** The same by an index, which counts where the row itself is seen; few registrations wait. */
function isNamed(text: string): RawBuilder<boolean> {
  const part = `%${asItself(text)}%`
  return sql<boolean>`id = any (array(
    select customer_id from customer_name
     where folded like lower(${part}) or reference like lower(${part})
    union all
    select registration.id from registration
     where registration.status = 'pending' and ${contains('registration.full_name', text)}))`
}
