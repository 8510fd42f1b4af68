import type { PersonalTable } from '@forecourt/platform/personal-table'

/** What this service keeps of a customer. Copies of vehicles go with the vehicles themselves. */
export const personalTables: readonly PersonalTable[] = [
  {
    table: 'customer',
    whose: 'customerId',
    by: 'id',
    sealed: ['first_name', 'phone', 'email'],
    erasure: 'delete',
  },
  {
    table: 'message',
    whose: 'customerId',
    by: 'customer_id',
    sealed: ['recipient'],
    sealedJson: ['variables'],
    erasure: 'delete',
  },
  {
    // Codes are kept under their address alone.
    table: 'message',
    whose: 'customerId',
    by: 'recipient_index',
    through: 'message',
    key: 'recipient_index',
    sealed: ['recipient'],
    sealedJson: ['variables'],
    erasure: 'delete',
  },
  { table: 'notification', whose: 'accountId', by: 'user_id', erasure: 'delete' },
]
