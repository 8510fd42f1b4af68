import type { PersonalTable } from '@forecourt/platform/personal-table'

const message = {
  table: 'message',
  sealed: ['recipient'],
  sealedJson: ['variables'],
  erasure: 'delete',
} as const

/** Codes for whoever has no account yet are kept under their address alone. */
const toTheirs = {
  ...message,
  by: 'recipient_index',
  through: 'message',
  key: 'recipient_index',
  // A phone that was given up may be another customer's, with messages of their own.
  unnamed: ['customer_id', 'account_id'],
} as const

/** What this service keeps of a customer. Copies of vehicles go with the vehicles themselves. */
export const personalTables: readonly PersonalTable[] = [
  {
    table: 'customer',
    whose: 'customerId',
    by: 'id',
    sealed: ['first_name', 'phone', 'email'],
    erasure: 'delete',
  },
  { ...message, whose: 'customerId', by: 'customer_id' },
  { ...message, whose: 'accountId', by: 'account_id' },
  { ...toTheirs, whose: 'customerId' },
  { ...toTheirs, whose: 'accountId' },
  { table: 'notification', whose: 'accountId', by: 'user_id', erasure: 'delete' },
]
