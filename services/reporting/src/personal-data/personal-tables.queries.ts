import type { PersonalTable } from '@forecourt/platform/personal-table'

/** What this service keeps of a customer: what they did themselves, with masked values. */
export const personalTables: readonly PersonalTable[] = [
  {
    table: 'audit_line',
    whose: 'accountId',
    by: 'user_id',
    erasure: { keep: 'the audit: its values were masked from the start, and its chain is whole' },
    plain: [
      'service',
      'role',
      'action',
      'endpoint',
      'entity_type',
      'entity_id',
      'outcome',
      'reason',
      'old_values',
      'new_values',
      'ip_address',
      'user_agent',
      'request_id',
      'previous_hash',
      'hash',
    ],
  },
]
