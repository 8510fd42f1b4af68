import { createHash, randomUUIDv7 } from 'node:crypto'
import type { Emit } from '@forecourt/platform/outbox'
import { sql, type Kysely } from 'kysely'
import type { Means, Tables } from '../db.ts'
import { hashOf } from '../refresh-token.ts'
import { forgetChallenges } from '../second-factor/challenge.queries.ts'
import { endSessionsOf } from '../session/ending.queries.ts'
import { inSeconds } from '../session/session.queries.ts'
import { contactColumns, type ProvedBy } from './contact.queries.ts'
import { RESET_LIFE_S, type PasswordResetRow } from './reset.ts'
import { forgetFailures } from './user.queries.ts'

/**
 * The active accounts that have proved the contact behind a digest; strangers and the suspended are
 * told nothing. A contact that was only typed may be anybody's, and opens no account.
 */
export function selectProved(db: Kysely<Tables>, proof: ProvedBy, index: string) {
  const column = contactColumns[proof]
  return db
    .selectFrom('user')
    .select(['id', 'role', 'serviceCenterIds'])
    .where(column.index, '=', index)
    .where(column.provedAt, 'is not', null)
    .where('status', '=', 'active')
}

/**
 * Of the phones that may be meant the one of an account, and the likeliest for a stranger; both are
 * looked for alike.
 */
export async function phoneToReset(
  { db, personal }: { db: Kysely<Tables> } & Pick<Means, 'personal'>,
  phones: readonly string[],
) {
  const meant = []
  for (const phone of phones) {
    const index = personal.blindIndex('phone', phone)
    const account = await selectProved(db, 'phone', index).executeTakeFirst()
    meant.push({ phone, index, account })
  }
  const chosen = meant.find(({ account }) => account) ?? meant[0]
  if (!chosen) throw new Error('No phone was named.')
  return chosen
}

/** What codes for one phone are about, be there an account or not: an id made of its digest. */
export function subjectOf(phoneIndex: string): string {
  const hex = createHash('sha256').update(phoneIndex).digest('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(12, 15)}`]
  return [...parts, `8${hex.slice(15, 18)}`, hex.slice(18, 30)].join('-')
}

/** Keeps the digest of a link's token; for a stranger as well, so that both cost the same. */
export async function insertReset(
  db: Kysely<Tables>,
  { token, ...asked }: Pick<PasswordResetRow, 'emailIndex' | 'userId'> & { token: string },
): Promise<Pick<PasswordResetRow, 'id' | 'expiresAt'>> {
  return db
    .insertInto('passwordReset')
    .values({
      ...asked,
      id: randomUUIDv7(),
      tokenHash: hashOf(token),
      expiresAt: inSeconds(RESET_LIFE_S),
    })
    .returning(['id', 'expiresAt'])
    .executeTakeFirstOrThrow()
}

/** The link that a token belongs to, while it lives and means an account. */
export async function livingReset(
  db: Kysely<Tables>,
  token: string,
): Promise<PasswordResetRow | undefined> {
  return db
    .selectFrom('passwordReset')
    .selectAll()
    .where('tokenHash', '=', hashOf(token))
    .where('expiresAt', '>', sql<string>`now()`)
    .where('userId', 'is not', null)
    .executeTakeFirst()
}

/** Uses a link up. False when somebody else was first, or it ran out meanwhile. */
export async function useReset(db: Kysely<Tables>, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('passwordReset')
    .where('id', '=', id)
    .where('expiresAt', '>', sql<string>`now()`)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/**
 * Gives a locked account a new password: its sessions end but the one that chose it, and so do
 * its links, whatever sign-in is half-way, its failures and their lock.
 */
export async function replacePassword(
  context: { db: Kysely<Tables>; emit: Emit } & Pick<Means, 'lifetimes'>,
  userId: string,
  { passwordHash, except = null }: { passwordHash: string; except?: string | null },
): Promise<void> {
  const { db } = context
  await db
    .updateTable('user')
    .set({ passwordHash, updatedAt: sql<string>`now()` })
    .where('id', '=', userId)
    .execute()
  await endSessionsOf(context, userId, { endedBy: 'password', except })
  await db.deleteFrom('passwordReset').where('userId', '=', userId).execute()
  await forgetChallenges(db, userId)
  await forgetFailures(db, userId)
}
