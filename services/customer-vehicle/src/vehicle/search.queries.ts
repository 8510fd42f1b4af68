import { normalizePhone } from '@forecourt/contracts/phone'
import type { Condition } from '@forecourt/platform/list-query'
import { asItself } from '@forecourt/platform/list'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { namesOfBrands } from '../brand/brand.queries.ts'
import type { Means, Tables } from '../db.ts'
import { selectOwnedVehicles } from './detail.queries.ts'
import { foldPlate, parsePlate, parseSpecialPlate } from './plate.ts'

/** Comes after every character that a mark or a VIN can go on with. */
const LAST = '\u{10FFFF}'
const PHONE_DIGITS = 10
/** Fewer letters than these make no trigram, unless a word begins with them. */
const TRIGRAM = 3

const keys = ['plate_key', 'plate', 'vin'] as const

/** One letter begins half of all marks, and none begins all of them. */
const LEAST = 2

/**
 * Begins with the text. A comparison and no `like`: under the scope only operators that can tell
 * nobody of hidden rows may use an index.
 */
function begins(column: (typeof keys)[number], folded: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} between ${folded} and ${folded + LAST}`
}

/** Mark or VIN from its beginning, any part of the owner's name, or the owner's whole phone. */
export const matchesVehicle: Condition = (eb, [text = ''], { personal }: Means) => {
  const phone = normalizePhone(text)
  const isOwners = sql<boolean>`customer_id in (select id from customer
    where phone_index = ${phone === null ? '' : personal.blindIndex('phone', phone)})`
  // So many digits are in no name.
  if (phone !== null && phone.length > PHONE_DIGITS) return isOwners
  const mark = foldPlate(text)
  const isLong = mark.length >= LEAST
  const marked = isLong ? [...keys.map((key) => begins(key, mark)), isMarked([mark])] : []
  return eb.or([...marked, isNamed(text)])
}

/** Names are found by their trigrams, and count where the caller may see whose they are. */
function isNamed(text: string): RawBuilder<boolean> {
  const typed = asItself(text.toLowerCase())
  const pattern = text.length < TRIGRAM ? `% ${typed}%` : `%${typed}%`
  return sql<boolean>`customer_id = any (array(
    select customer_id from customer_name join customer on customer.id = customer_id
     where folded like ${pattern}))`
}

/** Of these makers, whatever a maker was called then. */
export const isMadeBy: Condition = (_eb, names) => sql<boolean>`brand in ${namesOfBrands(names)}`

/** Of these customers, each named by the own id or by that of the account. */
export const isOwnedBy: Condition = (_eb, ids) =>
  sql<boolean>`customer_id = any (${ids}::uuid[] || array(
    select id from customer where account_id = any (${ids}::uuid[])))`

export const isServedBy: Condition = (_eb, ids) =>
  sql<boolean>`exists (select from vehicle_center link where link.vehicle_id = id
    and link.service_center_id = any (${ids}::uuid[]))`

/** Has one of these marks, however it is typed. */
export const hasPlate: Condition = (_eb, marks) => isMarked(marks)

function isMarked(marks: readonly string[]): RawBuilder<boolean> {
  const known = marks.map(
    (mark) => (parsePlate(mark) ?? parseSpecialPlate(mark))?.key ?? foldPlate(mark),
  )
  return sql<boolean>`plate_key = any (${known})`
}

export const hasVin: Condition = (_eb, vins) => sql<boolean>`vin = any (${vins.map(foldPlate)})`

/** The first vehicles whose mark or VIN begins with what is typed or is it, by their marks. */
export function quicklyFound(db: Kysely<Tables>, mark: string, limit: number) {
  // Each index ends by itself after so many, however many vehicles begin alike.
  const found = keys.map(
    (key) => sql`(select id from vehicle where ${begins(key, mark)}
      order by ${sql.ref(key)} limit ${limit})`,
  )
  found.push(sql`(select id from vehicle where ${isMarked([mark])})`)
  return selectOwnedVehicles(db)
    .where(sql<boolean>`vehicle.id = any (array(${sql.join(found, sql` union all `)}))`)
    .orderBy('vehicle.plateKey')
    .limit(limit)
}
