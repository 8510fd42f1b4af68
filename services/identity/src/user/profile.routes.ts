import { UserChanged } from '@forecourt/contracts/identity-events'
import type { Context } from '@forecourt/platform/endpoint'
import { fieldProblem, problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { endpoint, type Means, type Tables } from '../db.ts'
import { changedName, ChangeProfile, unprovedContact } from './profile.ts'
import {
  openedPerson,
  sealedPerson,
  selectUsers,
  shownUser,
  stateOf,
  tellingUser,
} from './user.queries.ts'
import { User, type UserRow } from './user.ts'

export const showProfile = endpoint('GET /auth/profile', {
  about: 'Show the account that is signed in.',
  may: 'signed_in',
  returns: User,
  async handle({ db, personal, me }) {
    const row = await selectUsers(db).where('id', '=', me.userId).executeTakeFirst()
    if (!row) throw problem('not_found')
    return shownUser(personal, row)
  },
})

export const changeProfile = endpoint('PUT /auth/profile', {
  about: 'Change the own name. Role, centers and status are for others to change.',
  may: 'signed_in',
  message: 'Profile updated successfully',
  body: ChangeProfile,
  returns: User,
  handle: (context, { body }) => changeOwnName(context, body),
})

async function changeOwnName(context: Context<Tables> & Means, body: ChangeProfile): Promise<User> {
  const { db, me, emit, personal } = context
  const before = await lockRow<UserRow>(tellingUser(context), 'user', me.userId ?? '')
  const known = openedPerson(personal, before)
  const [field, message] = unprovedContact(known, body) ?? []
  if (field && message) throw fieldProblem(field, message)
  const person = { ...known, fullName: changedName(known, body) }
  const user = await changeRow(context, 'user', before, sealedPerson(personal, before.id, person))
  emit(UserChanged, user.version, stateOf(user))
  const row = await selectUsers(db).where('id', '=', user.id).executeTakeFirstOrThrow()
  return shownUser(personal, row)
}
