import { randomUUIDv7 } from 'node:crypto'
import { UserCreated, type UserState } from '@forecourt/contracts/identity-events'
import type { SettingOf } from '@forecourt/contracts/settings'
import type { Emit } from '@forecourt/platform/outbox'
import type { PersonalData } from '@forecourt/platform/personal'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '../db.ts'
import { lock } from './attempt.ts'
import {
  nameBeginnings,
  owedFactor,
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

/** Every account with what its role allows. */
export function selectUsers(db: Kysely<Tables>) {
  return db
    .selectFrom('user')
    .selectAll()
    .select(
      sql<string[]>`coalesce((select permissions from role where name = "user".role), '{}')`.as(
        'permissions',
      ),
    )
}

/** The keyed digest under which an account is found. */
export function indexOf(
  personal: PersonalData,
  typed: { email?: string | undefined; phone?: string | undefined },
): string {
  if (typed.email !== undefined) return personal.blindIndex('email', typed.email)
  return personal.blindIndex('phone', typed.phone ?? '')
}

/** The digests of everything that may be meant by what was typed, the likeliest first. */
export function indexesOf(
  personal: PersonalData,
  { email, phone: phones = [] }: { email?: string | undefined; phone?: string[] | undefined },
): string[] {
  if (email !== undefined) return [indexOf(personal, { email })]
  return phones.map((phone) => indexOf(personal, { phone }))
}

/** The account as answers show it, its personal values in clear. */
export function shownUser(personal: PersonalData, row: UserAndReach): User {
  return userOf(row, openedPerson(personal, row))
}

interface NewUser extends Person {
  role: string
  status: UserRow['status']
  passwordHash: string | null
  /** The first one is the main center. */
  serviceCenterIds: string[]
  /** Left out, the contact counts as proved: whoever opens the account knows its person. */
  emailProvedAt?: string | null
  phoneProvedAt?: string | null
  emiratesIdFileId?: string | null
}

/** As a text, this moment of the database. */
const NOW = 'now'

/** Opens an account. Undefined when another one has the e-mail or the phone. */
export async function createUser(
  { db, personal, emit }: Reading & { emit: Emit },
  { email, phone, fullName, emailProvedAt = NOW, phoneProvedAt = NOW, ...given }: NewUser,
): Promise<UserRow | undefined> {
  const id = randomUUIDv7()
  const user = await db
    .insertInto('user')
    .values({
      ...given,
      id,
      mfaEnabled: false,
      emailProvedAt: email === null ? null : emailProvedAt,
      phoneProvedAt: phone === null ? null : phoneProvedAt,
      ...sealedPerson(personal, id, { email, phone, fullName }),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (user) emit(UserCreated, user.version, stateOf(user))
  return user
}

/** The columns that keep a person: ciphertext, and the digests by which it is found. */
export function sealedPerson(personal: PersonalData, id: string, person: Person) {
  const seal = (column: 'email' | 'phone' | 'full_name', value: string) =>
    personal.seal(value, { table: 'user', column, id })
  const { email, phone, fullName } = person
  return {
    email: email === null ? null : seal('email', email),
    emailIndex: email === null ? null : personal.blindIndex('email', email),
    phone: phone === null ? null : seal('phone', phone),
    phoneIndex: phone === null ? null : personal.blindIndex('phone', phone),
    fullName: seal('full_name', fullName),
    nameIndex: nameIndexOf(personal, fullName),
  }
}

/** Keyed digests of how the words of a name begin. */
export function nameIndexOf(personal: PersonalData, fullName: string): string[] {
  return nameBeginnings(fullName).map((word) => personal.blindIndex('name', word))
}

/** The personal values of an account, in clear. */
export function openedPerson(personal: PersonalData, row: UserRow): Person {
  const clear = (column: 'email' | 'phone' | 'full_name', sealed: string) =>
    personal.open(sealed, { table: 'user', column, id: row.id })
  return {
    email: row.email === null ? null : clear('email', row.email),
    phone: row.phone === null ? null : clear('phone', row.phone),
    fullName: clear('full_name', row.fullName),
  }
}

/** The audit line tells the account as answers show it, and no ciphertext. */
export function tellingUser<Here extends { personal: PersonalData; was(before: object): void }>(
  context: Here,
): Here {
  const shown = (row: UserRow) => shownUser(context.personal, { ...row, permissions: [] })
  return { ...context, was: (row: object) => context.was(shown(row as UserRow)) }
}

/** The full public state that every event of an account carries. */
export function stateOf(user: UserRow): z.infer<typeof UserState> {
  const { id, role, status, serviceCenterIds, fullName, email, phone } = user
  const fileIds = [user.profileImageId, user.emiratesIdFileId].filter((file) => file !== null)
  return { userId: id, role, status, serviceCenterIds, fullName, email, phone, fileIds }
}

/**
 * The one door before every token: whatever way of signing in there will be passes here. Throws
 * what `refuseBarred` does, `mfa_required` and `mfa_enrollment_required`.
 */
export async function admit(
  { db, settingOf }: { db: Kysely<Tables>; settingOf: SettingOf },
  user: Pick<UserRow, 'id' | 'status' | 'role' | 'mfaEnabled'>,
  secondFactor: 'proved' | 'unproved',
): Promise<void> {
  await refuseBarred(db, user)
  const owed = owedFactor(user, secondFactor, settingOf('mfaRequiredForRoles'))
  if (!owed) return
  const reason = owed === 'code' ? 'mfa_required' : 'mfa_enrollment_required'
  throw problem(reason).concerning(user.id)
}

/** Throws `account_locked` and `account_not_active`. */
export async function refuseBarred(
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
