import { UserCreated } from '@forecourt/contracts/identity-events'
import { consumer, on } from '../db.ts'
import { settleAccount } from './account.queries.ts'

/** Whoever opens an account as a customer is one here. */
export const accounts = consumer('accounts', [on(UserCreated, settleAccount)])
