import { randomInt } from 'node:crypto'
import { typedDigits } from '@forecourt/contracts/phone'
import { sql, type Kysely } from 'kysely'
import type { Here, Means, Tables } from '../db.ts'
import type { ProfileRow } from './profile.ts'

type Looking = Pick<Here, 'db' | 'personal'>
type Sealed = 'username' | 'canonical' | 'gender' | 'dob'

/** What a person is called and says beyond the account, in clear. */
export type Particulars = Record<Sealed, string | null>

/** The names that were made of a phone. */
export interface MadeNames {
  username: string
  canonical: string
}

const NOTHING: Particulars = { username: null, canonical: null, gender: null, dob: null }
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

export async function particularsOf({ db, personal }: Looking, id: string): Promise<Particulars> {
  const row = await db.selectFrom('profile').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? openedProfile(personal, row) : NOTHING
}

/** Keeps what was said; what was not named stays. */
export async function keepParticulars(
  { db, personal }: Looking,
  id: string,
  said: Partial<Particulars>,
): Promise<void> {
  const sealed = sealedProfile(personal, id, said)
  if (Object.keys(sealed).length === 0) return
  await db
    .insertInto('profile')
    .values({ id, ...sealed })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(sealed))
    .execute()
}

/**
 * Names for somebody who gave a phone alone: `user_34567890` and `ph_1234567890_a1b2c3`. Of those
 * who want the same user name at once each gets a number of their own, by a counter whose row stays
 * locked until the end of the transaction.
 */
export async function makeNames({ db, personal }: Looking, typed: string): Promise<MadeNames> {
  const digits = typedDigits(typed) ?? typed
  const base = `user_${digits.slice(-8)}`
  const number = await nextNumber(db, personal.blindIndex('name', base))
  const random = Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return {
    username: number === 0 ? base : `${base}_${number}`,
    canonical: `ph_${digits.slice(-10)}_${random}`,
  }
}

async function nextNumber(db: Kysely<Tables>, baseIndex: string): Promise<number> {
  const { rows } = await sql<{ last: number }>`
    insert into username_counter as counter (base_index, last) values (${baseIndex}, 0)
    on conflict (base_index) do update set last = counter.last + 1
    returning last`.execute(db)
  return rows[0]?.last ?? 0
}

function sealedProfile(
  personal: Means['personal'],
  id: string,
  said: Partial<Particulars>,
): Partial<ProfileRow> {
  const { username, canonical } = said
  const sealed = Object.entries(said).map(([column, value]) => [
    column,
    value === null ? null : personal.seal(value, placeOf(column as Sealed, id)),
  ])
  return {
    ...(Object.fromEntries(sealed) as Partial<Particulars>),
    ...(username && { usernameIndex: personal.blindIndex('name', username) }),
    ...(canonical && { canonicalIndex: personal.blindIndex('name', canonical) }),
  }
}

function openedProfile(personal: Means['personal'], row: ProfileRow): Particulars {
  const open = (column: Sealed) => {
    const sealed = row[column]
    return sealed === null ? null : personal.open(sealed, placeOf(column, row.id))
  }
  return {
    username: open('username'),
    canonical: open('canonical'),
    gender: open('gender'),
    dob: open('dob'),
  }
}

function placeOf(column: Sealed, id: string) {
  return { table: 'profile', column, id }
}
