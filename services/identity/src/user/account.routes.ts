import { normalizeEmail } from '@forecourt/contracts/email'
import { normalizePhone } from '@forecourt/contracts/phone'
import { Moment } from '@forecourt/platform/moment'
import { sql } from 'kysely'
import { z } from 'zod'
import { endpoint, type Means } from '../db.ts'
import { changeAccount, moveAccount, shownAccount } from './account.queries.ts'
import { Account, ActivateUser, ChangeUser } from './account.ts'
import { namingBudgets } from './contact.queries.ts'
import { registering } from './staff-registration.queries.ts'
import { indexOf, selectUsers } from './user.queries.ts'
import { nameWords, UserStatus } from './user.ts'

export const createAccount = endpoint('POST /admin/users', registering)

export const listAccounts = endpoint.list('GET /admin/users', {
  about: 'List accounts; search finds a name, or an exact e-mail address or phone number.',
  may: 'user.read',
  item: Account,
  filters: {
    role: { type: z.string() },
    status: { type: UserStatus },
    isActive: { type: z.stringbool(), condition: isActive },
    serviceCenterId: { type: z.uuid(), condition: worksAt },
    createdAt: { type: Moment },
  },
  sorts: { createdAt: 'created_at', lastLogin: { nullable: 'last_login_at' }, role: 'role' },
  search: (_, [text = ''], context) => matches(context, text),
  from: ({ db }) => selectUsers(db),
  row: (row, context) => shownAccount(context, row),
})

export const getAccount = endpoint('GET /admin/users/:id', {
  about: 'Show one account.',
  may: 'user.read',
  reads: 'user',
  returns: Account,
  handle: async (context, { params }) =>
    shownAccount(
      context,
      await selectUsers(context.db).where('id', '=', params.id).executeTakeFirst(),
    ),
})

export const changeUser = endpoint('PUT /admin/users/:id', {
  about: 'Change an account; a changed role or center ends the tokens that say otherwise.',
  may: 'user.update',
  message: 'User updated successfully',
  body: ChangeUser,
  returns: Account,
  limits: (who, { params, body }) => namingBudgets(who, { of: params.id, named: body }),
  handle: (context, { params, body }) => changeAccount(context, params.id, body),
})

export const suspendUser = endpoint('DELETE /admin/users/:id', {
  about: 'Suspend an account and end its sessions; what it has done stays its own.',
  may: 'user.activate',
  message: 'User suspended',
  returns: Account,
  handle: (context, { params }) => moveAccount(context, params.id, 'suspend'),
})

export const activateUser = endpoint('PUT /admin/users/:id/activate', {
  about: 'Open a suspended account again, or suspend it.',
  may: 'user.activate',
  message: 'User updated successfully',
  body: ActivateUser,
  returns: Account,
  handle: (context, { params, body }) =>
    moveAccount(context, params.id, body.isActive ? 'activate' : 'suspend'),
})

export const rejectUser = endpoint('PUT /admin/users/:id/reject', {
  about: 'Reject the owner of a garage for good: the sessions end, and the garage is closed.',
  may: 'user.activate',
  message: 'User rejected',
  returns: Account,
  handle: (context, { params }) => moveAccount(context, params.id, 'reject'),
})

function isActive(_: unknown, wanted: string[]) {
  return sql<boolean>`(status = 'active') = any (${wanted}::boolean[])`
}

function worksAt(_: unknown, centers: string[]) {
  return sql<boolean>`service_center_ids && ${centers}::uuid[]`
}

/** Names are found by how their words begin, the rest only by the whole of it. */
function matches({ personal }: Means, text: string) {
  const begun = nameWords(text).map((word) => personal.blindIndex('name', word))
  const email = indexOf(personal, { email: normalizeEmail(text) })
  const phone = indexOf(personal, { phone: normalizePhone(text) ?? '' })
  return sql<boolean>`(email_index = ${email} or phone_index = ${phone}
    or ${begun.length > 0} and name_index @> ${begun}::text[])`
}
