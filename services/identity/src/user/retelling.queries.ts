import { UserChanged } from '@forecourt/contracts/identity-events'
import type { Retelling } from '@forecourt/platform/reseal'
import type { Tables } from '../db.ts'
import { stateOf } from './user.queries.ts'

/** The topic of accounts keeps their names, e-mail addresses and phones. */
export const retellUsers: Retelling<Tables> = {
  table: 'user',
  async tell({ db, emit }, ids) {
    const users = await db.selectFrom('user').selectAll().where('id', 'in', ids).execute()
    for (const user of users) emit(UserChanged, user.version, stateOf(user))
  },
}
