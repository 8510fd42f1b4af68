import { problem } from '@forecourt/platform/problem'
import { endpoint } from '../db.ts'
import { selectUsers, shownUser } from './user.queries.ts'
import { User } from './user.ts'

export const showMe = endpoint('GET /auth/me', {
  about: 'Show the account that is signed in.',
  may: 'signed_in',
  returns: User,
  async handle({ db, personal, me }) {
    const row = await selectUsers(db).where('id', '=', me.userId).executeTakeFirst()
    if (!row) throw problem('not_found')
    return shownUser(personal, row)
  },
})
