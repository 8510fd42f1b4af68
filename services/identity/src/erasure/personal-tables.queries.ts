import type { PersonalTable } from '@forecourt/platform/personal-table'

const account = { whose: 'accountId', by: 'user_id' } as const

/** What this service keeps of a customer beside the account. */
export const customerTables: readonly PersonalTable[] = [
  { table: 'customer', whose: 'customerId', by: 'id', erasure: 'delete' },
]

/** What belongs to an account, and goes with it. */
export const accountTables: readonly PersonalTable[] = [
  {
    table: 'user',
    whose: 'accountId',
    by: 'id',
    sealed: ['email', 'phone', 'full_name'],
    erasure: 'delete',
  },
  {
    table: 'profile',
    whose: 'accountId',
    by: 'id',
    sealed: ['username', 'canonical', 'gender', 'dob'],
    erasure: 'delete',
  },
  { ...account, table: 'contact_change', sealed: ['contact'], erasure: 'delete' },
  { ...account, table: 'session', erasure: 'delete' },
  {
    table: 'spent_token',
    whose: 'accountId',
    by: 'session_id',
    through: 'session',
    erasure: 'delete',
  },
  { ...account, table: 'password_reset', erasure: 'delete' },
  { ...account, table: 'second_factor', erasure: 'delete' },
  { ...account, table: 'challenge', erasure: 'delete' },
]
