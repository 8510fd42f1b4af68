import { randomUUIDv7 } from 'node:crypto'
import { UserCreated, type UserState } from '@forecourt/contracts/identity-events'
import type { Role } from '@forecourt/contracts/roles'
import type { Emit } from '@forecourt/platform/outbox'
import type { PersonalData } from '@forecourt/platform/personal'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '../db.ts'
import { lock } from './attempt.ts'
import {
  refusalOf,
  userOf,
  type Person,
  type User,
  type UserAndReach,
  type UserRow,
} from './user.ts'

interface Reading {
  db: Kysely<Tables>
  personal: PersonalData
}

/** Every account with its centers, the main one first, and what its role allows. */
export function selectUsers(db: Kysely<Tables>) {
  return db
    .selectFrom('user')
    .selectAll()
    .select([
      sql<string[]>`array(select service_center_id from user_center
        where user_id = "user".id order by is_main desc, service_center_id)`.as('serviceCenterIds'),
      sql<string[]>`coalesce((select permissions from role where name = "user".role), '{}')`.as(
        'permissions',
      ),
    ])
}

/** The keyed digest under which an account is found. */
export function indexOf(
  personal: PersonalData,
  typed: { email?: string | undefined; phone?: string | undefined },
): string {
  if (typed.email !== undefined) return personal.blindIndex('email', typed.email)
  return personal.blindIndex('phone', typed.phone ?? '')
}

/** The account as answers show it, its personal values in clear. */
export function shownUser(personal: PersonalData, row: UserAndReach): User {
  const clear = (column: 'email' | 'phone' | 'full_name', sealed: string) =>
    personal.open(sealed, { table: 'user', column, id: row.id })
  return userOf(row, {
    email: row.email === null ? null : clear('email', row.email),
    phone: row.phone === null ? null : clear('phone', row.phone),
    fullName: clear('full_name', row.fullName),
  })
}

interface NewUser extends Person {
  role: Role
  status: UserRow['status']
  passwordHash: string | null
  /** The first one is the main center. */
  serviceCenterIds: string[]
}

/** Opens an account. Undefined when another one has the e-mail or the phone. */
export async function createUser(
  { db, personal, emit }: Reading & { emit: Emit },
  { email, phone, fullName, serviceCenterIds, ...given }: NewUser,
): Promise<UserRow | undefined> {
  const id = randomUUIDv7()
  const seal = (column: 'email' | 'phone' | 'full_name', value: string | null) =>
    value === null ? null : personal.seal(value, { table: 'user', column, id })
  const user = await db
    .insertInto('user')
    .values({
      ...given,
      id,
      email: seal('email', email),
      emailIndex: email === null ? null : personal.blindIndex('email', email),
      phone: seal('phone', phone),
      phoneIndex: phone === null ? null : personal.blindIndex('phone', phone),
      fullName: personal.seal(fullName, { table: 'user', column: 'full_name', id }),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!user) return undefined
  const links = serviceCenterIds.map((serviceCenterId, place) => ({
    userId: id,
    serviceCenterId,
    isMain: place === 0,
  }))
  if (links.length > 0) await db.insertInto('userCenter').values(links).execute()
  emit(UserCreated, user.version, stateOf(user, serviceCenterIds))
  return user
}

/** The full public state that every event of an account carries. */
function stateOf(user: UserRow, serviceCenterIds: string[]): z.infer<typeof UserState> {
  const { id, role, status, fullName, email, phone } = user
  return { userId: id, role, status, serviceCenterIds, fullName, email, phone }
}

/**
 * The one door before every token: throws `account_locked` and `account_not_active`. Whatever way
 * of signing in there will be passes here.
 */
export async function admit(
  db: Kysely<Tables>,
  user: Pick<UserRow, 'id' | 'status'>,
): Promise<void> {
  await refuseLocked(db, user.id)
  const refusal = refusalOf(user)
  if (refusal) throw problem(refusal).concerning(user.id)
}

/** `subject` is an account's id, or the digest of what somebody without an account typed. */
export async function refuseLocked(db: Kysely<Tables>, subject: string): Promise<void> {
  const locked = await db
    .selectFrom('loginFailure')
    .select(sql<number>`ceil(extract(epoch from locked_until - now()))::int`.as('retryAfterS'))
    .where('subject', '=', subject)
    .where('lockedUntil', '>', sql<string>`now()`)
    .executeTakeFirst()
  if (locked) throw problem('account_locked', locked)
}

/** One more wrong password; from a certain number in a row each locks for longer. */
export async function countFailure(db: Kysely<Tables>, subject: string): Promise<void> {
  const { after, firstS, longestS } = lock
  const beyond = sql`least(20, known.failures + 1 - ${after}::int)`
  await sql`
    insert into login_failure as known (subject, failures) values (${subject}, 1)
    on conflict (subject) do update set
      failures = case when known.failed_at < now() - interval '24 hours' then 1
                      else known.failures + 1 end,
      failed_at = now(),
      locked_until = case
        when known.failed_at < now() - interval '24 hours' then null
        when known.failures + 1 >= ${after}::int then now() + make_interval(secs =>
          least(${longestS}::int, ${firstS}::int * 2 ^ ${beyond}))
      end`.execute(db)
}

export async function forgetFailures(db: Kysely<Tables>, subject: string): Promise<void> {
  await db.deleteFrom('loginFailure').where('subject', '=', subject).execute()
}
