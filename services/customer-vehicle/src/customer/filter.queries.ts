import { normalizePhone } from '@forecourt/contracts/phone'
import { contains } from '@forecourt/platform/list'
import type { Condition } from '@forecourt/platform/list-query'
import { sql } from 'kysely'
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

/** A part of the name or of the reference id, or the whole phone, however it is typed. */
export const matches: Condition = (eb, [text = ''], { personal }: Means) => {
  const parts = [contains('fullName', text), contains('referenceId', text)]
  const phone = normalizePhone(text)
  if (phone === null) return eb.or(parts)
  const isIts = sql<boolean>`phone_index = ${personal.blindIndex('phone', phone)}`
  // So many digits are in no name, and an index finds the phone without reading every name.
  return phone.length > PHONE_DIGITS ? isIts : eb.or([...parts, isIts])
}
