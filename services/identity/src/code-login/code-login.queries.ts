import { customerRoles } from '@forecourt/contracts/roles'
import type { Means, Tables } from '../db.ts'
import type { Kysely } from 'kysely'
import type { UserRow } from '../user/user.ts'

interface Looking extends Pick<Means, 'personal'> {
  db: Kysely<Tables>
}

/** Who may sign in by a code alone: an account, or a customer who is to get one. */
export type Holder = { account: UserRow } | { account: undefined }

/**
 * Whose phone it is. Customers sign in by it, and whoever has no password; staff have theirs. A
 * phone that an account never proved is nobody's. Undefined for strangers.
 */
export async function holderOf(
  { db, personal }: Looking,
  phone: string,
): Promise<Holder | undefined> {
  const phoneIndex = personal.blindIndex('phone', phone)
  // Both are always asked, so that nobody learns by the time it takes who somebody is.
  const [account, customer] = await Promise.all([
    db.selectFrom('user').selectAll().where('phoneIndex', '=', phoneIndex).executeTakeFirst(),
    db.selectFrom('customer').select('id').where('phoneIndex', '=', phoneIndex).executeTakeFirst(),
  ])
  if (account?.phoneProvedAt) return mayEnter(account) ? { account } : undefined
  return customer && { account: undefined }
}

function mayEnter({ role, passwordHash }: UserRow): boolean {
  return customerRoles.includes(role) || passwordHash === null
}
