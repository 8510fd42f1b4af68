import { UserChanged, UserCreated } from '@forecourt/contracts/identity-events'
import { consumer, on } from '../db.ts'
import { followAccount } from './account-change.queries.ts'
import { settleAccount } from './account.queries.ts'

/** Whoever opens an account as a customer is one here, and what they say of themselves follows. */
export const accounts = consumer('accounts', [
  on(UserCreated, settleAccount),
  on(UserChanged, followAccount),
])
